import { getNamedType, isCompositeType, isObjectType, isRequiredArgument, type GraphQLField, type GraphQLNamedType, type GraphQLSchema } from 'graphql';

const DEEPEST = 9;
/** Words of one query: half of what the hub takes. */
const LONGEST = 1_000;

/**
 * Queries for each question that the schema has, which together ask for every field that takes no argument of its own, and for no type twice on the way.
 * `arguments_` has the values of required arguments by `field.argument`; a question whose arguments it does not know is not asked.
 */
export function everythingReadable(schema: GraphQLSchema, arguments_: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const questions = Object.values(schema.getQueryType()?.getFields() ?? {});
  return questions.flatMap((question) => {
    const selections = selectionsOf(schema, getNamedType(question.type), []);
    return valuesOf(question, arguments_).flatMap((values) => selections.map((selection) => `{ ${question.name}${values} ${selection} }`));
  });
}

function valuesOf(question: GraphQLField<unknown, unknown>, arguments_: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return question.args.filter(isRequiredArgument).reduce<readonly string[]>(
    (lists, { name }) => lists.flatMap((list) => (arguments_[`${question.name}.${name}`] ?? []).map((value) => `${list === '' ? '' : `${list.slice(0, -1)}, `}${list === '' ? '(' : ''}${name}: ${JSON.stringify(value)})`)),
    [''],
  );
}

/** What can be asked of a type, in as many selections as keep each of them short enough for one query. */
function selectionsOf(schema: GraphQLSchema, type: GraphQLNamedType, path: readonly string[]): readonly string[] {
  if (!isCompositeType(type)) return [''];
  if (!isObjectType(type)) return ['{ __typename }'];
  const here = [...path, type.name];
  const fields = Object.values(type.getFields()).filter((field) => {
    const inner = getNamedType(field.type);
    return !field.args.some(isRequiredArgument) && !here.includes(inner.name) && !(isCompositeType(inner) && here.length >= DEEPEST);
  });
  const parts = fields.flatMap((field) => selectionsOf(schema, getNamedType(field.type), here).map((selection) => `${field.name} ${selection}`.trim()));
  return packed(parts).map((packs) => `{ __typename ${packs.join(' ')} }`);
}

function packed(parts: readonly string[]): readonly (readonly string[])[] {
  const packs: string[][] = [[]];
  let words = 0;
  for (const part of parts) {
    const length = part.split(' ').length;
    if (words > 0 && words + length > LONGEST) {
      packs.push([]);
      words = 0;
    }
    packs.at(-1)?.push(part);
    words += length;
  }
  return packs;
}
