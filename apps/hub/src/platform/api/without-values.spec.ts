import { describe, expect, it } from '@jest/globals';
import { buildSchema, getVariableValues, GraphQLError, parse, validate, type OperationDefinitionNode } from 'graphql';
import { withoutValues } from './without-values.js';

const SECRET = 'hunter2-hunter2';
const schema = buildSchema(`
  enum Renderer { AUTO YAML }
  input Credentials { username: String!, password: String! }
  input CreateInput { name: String!, url: String!, count: Int, renderer: Renderer, credentials: Credentials }
  type Query { create(input: CreateInput!): String }
`);

function messagesOf(input: unknown): readonly string[] {
  const operation = parse('query($input: CreateInput!) { create(input: $input) }').definitions[0] as OperationDefinitionNode;
  return (getVariableValues(schema, operation.variableDefinitions ?? [], { input }).errors ?? []).map(withoutValues);
}

function syntaxErrorOf(document: string): string {
  try {
    parse(document);
  } catch (error) {
    if (error instanceof GraphQLError) return withoutValues(error);
  }
  throw new Error('it parses');
}

describe('withoutValues', () => {
  it.each<[string, unknown, string]>([
    ['names a missing field, not its siblings', { name: 'a', credentials: { username: 'u', password: SECRET } }, 'Variable "$input": Field "url" of required type "String!" was not provided.'],
    ['names a field that does not exist', { name: 'a', url: 'u', credentials: { username: 'u', password: 'p', passwort: SECRET } }, 'Variable "$input", at "input.credentials": Field "passwort" is not defined by type "Credentials". Did you mean "password"?'],
    ['drops what a scalar quotes', { name: 'a', url: 'u', credentials: { username: 'u', password: 20_301_977 } }, 'Variable "$input", at "input.credentials.password": String cannot represent a non string value.'],
    ['keeps the names of an enum', { name: 'a', url: 'u', renderer: 'FOO' }, 'Variable "$input", at "input.renderer": Value "FOO" does not exist in "Renderer" enum.'],
  ])('%s', (_name, input, expected) => {
    expect(messagesOf(input)).toEqual([expected]);
  });

  it('never repeats a value, whatever it looks like', () => {
    for (const password of [[SECRET], { a: SECRET }, [`x at "${SECRET}"`], [`"; ${SECRET}`]]) {
      const messages = messagesOf({ name: 'a', url: 'u', credentials: { username: 'u', password } });
      expect(messages.length).toBe(1);
      expect(messages.join()).not.toContain(SECRET);
    }
  });

  it('drops a literal of the document as well', () => {
    const errors = validate(schema, parse('{ create(input: { name: "a", url: "u", credentials: { username: "u", password: 20301977 } }) }'));
    expect(errors.map(withoutValues)).toEqual(['String cannot represent a non string value.']);
  });

  it.each<[string, string]>([
    [`{ create(input: { name: "a", url: "u", credentials: "${SECRET}" }) }`, 'Expected value of type "Credentials".'],
    [`{ create(input: { name: "a", url: "u", credentials: { username: "u", password: ["${SECRET}"] } }) }`, 'String cannot represent a non string value.'],
  ])('drops a literal that stands where another type is wanted: %s', (document, expected) => {
    expect(validate(schema, parse(document)).map(withoutValues)).toEqual([expected]);
  });

  it.each([`{ create(input: { password "${SECRET}" }) }`, `{ "${SECRET}" }`, `{ create(input: { password """${SECRET}""" }) }`])('drops a text that the parser stumbles over: %s', (document) => {
    expect(syntaxErrorOf(document)).toMatch(/^Syntax Error: .*(Unexpected|found) (Block)?String\.$/);
  });

  it('leaves other texts alone', () => {
    expect(withoutValues(new GraphQLError('Cannot query field "nope" on type "Query".'))).toBe('Cannot query field "nope" on type "Query".');
  });

  it('says less, not more, where the engine says it in another way', () => {
    expect(withoutValues(new GraphQLError(`Variable "$input" got invalid value "${SECRET}"`))).toBe('Variable "$input" has an invalid value.');
  });
});
