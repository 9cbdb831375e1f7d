import type { GraphQLError } from 'graphql';

const INVALID_VARIABLE = /^Variable "\$([^"]+)" got invalid value /;
/** How the engine's own scalars quote what they were given. */
const QUOTED = /( cannot represent [^:]*): .*$/s;
/** How it quotes a literal that stands where another type is wanted, and a text that it stumbles over when it parses. */
const FOUND = /^(Expected value of type "[^"]+"), found .*$|^(Syntax Error: .*?(?:Unexpected|found) (?:Block)?String) ".*$/s;

/**
 * The text of an error of a document or its variables, without the values that it quotes: where one field of an input is missing the
 * engine prints the whole input, credentials included, and such texts end in logs of clients. Names of fields and types stay.
 */
export function withoutValues({ message, originalError }: GraphQLError): string {
  const [, variable] = INVALID_VARIABLE.exec(message) ?? [];
  if (variable === undefined) return message.replace(FOUND, '$1$2.').replace(QUOTED, '$1.');
  const detail = originalError?.message;
  if (detail === undefined || !message.endsWith(`; ${detail}`)) return `Variable "$${variable}" has an invalid value.`;
  const [, place] = / at "([^"]*)"$/.exec(message.slice(0, -detail.length - 2)) ?? [];
  return `Variable "$${variable}"${place === undefined ? '' : `, at "${place}"`}: ${detail.replace(QUOTED, '$1.')}`;
}
