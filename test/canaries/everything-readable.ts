import { getNamedType, isCompositeType, isObjectType, isRequiredArgument, type GraphQLField, type GraphQLNamedType, type GraphQLSchema } from 'graphql';

const DEEPEST = 9;

/**
 * One query for each question that the schema has, asking for every field that takes no argument of its own and for no type twice on the way.
 * `arguments_` has the values of required arguments by `field.argument`; a question whose arguments it does not know is not asked.
 */
export function everythingReadable(schema: GraphQLSchema, arguments_: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const questions = Object.values(schema.getQueryType()?.getFields() ?? {});
  return questions.flatMap((question) => {
    const selection = selectionOf(schema, getNamedType(question.type), []);
    return valuesOf(question, arguments_).map((values) => `{ ${question.name}${values} ${selection} }`);
  });
}

function valuesOf(question: GraphQLField<unknown, unknown>, arguments_: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return question.args.filter(isRequiredArgument).reduce<readonly string[]>(
    (lists, { name }) => lists.flatMap((list) => (arguments_[`${question.name}.${name}`] ?? []).map((value) => `${list === '' ? '' : `${list.slice(0, -1)}, `}${list === '' ? '(' : ''}${name}: ${JSON.stringify(value)})`)),
    [''],
  );
}

function selectionOf(schema: GraphQLSchema, type: GraphQLNamedType, path: readonly string[]): string {
  if (!isCompositeType(type)) return '';
  if (!isObjectType(type)) return '{ __typename }';
  const here = [...path, type.name];
  const fields = Object.values(type.getFields()).filter((field) => {
    const inner = getNamedType(field.type);
    return !field.args.some(isRequiredArgument) && !here.includes(inner.name) && !(isCompositeType(inner) && here.length >= DEEPEST);
  });
  return `{ __typename ${fields.map((field) => `${field.name} ${selectionOf(schema, getNamedType(field.type), here)}`.trim()).join(' ')} }`;
}
