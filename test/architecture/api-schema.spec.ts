import { beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, isEnumType, isInputObjectType, isInterfaceType, isListType, isNonNullType, isObjectType, type GraphQLArgument, type GraphQLInputObjectType, type GraphQLSchema } from 'graphql';
import { buildApiSchema } from '../../apps/hub/src/print-api-schema.js';

/** What still breaks a rule. These lists may only shrink. */
const knownExceptions = {
  withoutDescription: [] as readonly string[],
  nullableListItems: ['Query.nodes'] as readonly string[],
};

describe('the API schema', () => {
  let schema: GraphQLSchema;
  beforeAll(async () => void (schema = await buildApiSchema()), 60_000);

  const types = (): ReturnType<GraphQLSchema['getTypeMap']>[string][] => Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));

  it('describes every field, argument, input field and enum value', () => {
    const missing: string[] = [];
    for (const type of types()) {
      if (isEnumType(type)) missing.push(...type.getValues().filter((value) => !value.description).map((value) => `${type.name}.${value.name}`));
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (!field.description) missing.push(`${type.name}.${field.name}`);
        if ('args' in field) missing.push(...field.args.filter((arg: GraphQLArgument) => !arg.description).map((arg: GraphQLArgument) => `${type.name}.${field.name}(${arg.name})`));
      }
    }
    expect(missing.toSorted()).toEqual([...knownExceptions.withoutDescription]);
  });

  it('has no recursive input type', () => {
    const inputs = types().filter((type) => isInputObjectType(type));
    const reaches = (from: GraphQLInputObjectType, seen: ReadonlySet<string>): readonly string[] =>
      Object.values(from.getFields()).flatMap((field) => {
        const inner = getNamedType(field.type);
        if (!isInputObjectType(inner)) return [];
        return seen.has(inner.name) ? [`${from.name}.${field.name} -> ${inner.name}`] : reaches(inner, new Set([...seen, inner.name]));
      });
    expect(inputs.flatMap((input) => reaches(input, new Set([input.name])))).toEqual([]);
  });

  it('answers every mutation with userErrors and takes one input with clientMutationId', () => {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const payload = getNamedType(field.type);
      expect({ mutation: field.name, userErrors: isObjectType(payload) ? String(payload.getFields()['userErrors']?.type) : '' }).toEqual({ mutation: field.name, userErrors: '[UserError!]!' });
      expect(field.args.map((arg) => arg.name)).toEqual(['input']);
      const input = getNamedType(field.args[0]?.type);
      expect(isInputObjectType(input) && input.name === `${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}Input` && 'clientMutationId' in input.getFields()).toBe(true);
    }
  });

  it('has lists of non-null items', () => {
    const nullable: string[] = [];
    for (const type of types()) {
      if (!isObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const bare = isNonNullType(field.type) ? field.type.ofType : field.type;
        if (isListType(bare) && !isNonNullType(bare.ofType)) nullable.push(`${type.name}.${field.name}`);
      }
    }
    expect(nullable.toSorted()).toEqual([...knownExceptions.nullableListItems]);
  });

  it('says where each scalar of ours is specified', () => {
    const builtIn = ['String', 'Int', 'Float', 'Boolean', 'ID'];
    const scalars = types().filter((type) => type.constructor.name === 'GraphQLScalarType' && !builtIn.includes(type.name));
    for (const scalar of scalars) expect({ name: scalar.name, specified: 'specifiedByURL' in scalar && Boolean(scalar.specifiedByURL) }).toEqual({ name: scalar.name, specified: true });
  });
});
