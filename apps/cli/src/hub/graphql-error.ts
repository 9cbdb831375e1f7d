import { CliError } from '../cli-error.js';
import { exitCodeOfError } from './exit-code-of.js';
import { originOf, type InputOrigin } from './input-origin.js';

/** One of `errors` of an answer. */
export interface ReplyError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly requestId?: string };
}

/** How the hub begins what it says of a value that a variable may not have. */
const VARIABLE = /^Variable "\$[^"]+"(?:, at "(?:input\.)?([^"]+)")?: /;
/** The field that it does not know, or misses, of the one that it names. */
const INSIDE = /^Field "([^"]+)"/;
const MOST = 20;

/** As a person should read them, all that fit on a screen, with the exit code that a script can rely on: that of the first. `about` says where the input came from. */
export function graphqlError(errors: readonly [ReplyError, ...ReplyError[]], about: InputOrigin): CliError {
  const [first] = errors;
  const { code = '', requestId } = first.extensions ?? {};
  const isInput = isAboutInput(first);
  const said = [...new Set(errors.map((error) => sentence(error, about)))];
  return new CliError(
    exitCodeOfError(code, isInput),
    [...said.slice(0, MOST), ...(said.length > MOST ? [`and ${said.length - MOST} more`] : [])].join('\n'),
    [...new Set(errors.map((error) => error.extensions?.code ?? '')), requestId === undefined ? '' : `request ${requestId}`].filter((part) => part !== '').join(', ') || undefined,
    wayOn(code, first.message, isInput),
  );
}

function wayOn(code: string, message: string, isInput: boolean): string | undefined {
  if (code === 'BAD_REQUEST' && !isInput) return 'The hub may be of another version than this command line.';
  if (code !== 'FORBIDDEN') return undefined;
  const permission = /\b[a-z]+:[a-z]+\b/i.exec(message)?.[0];
  return permission === undefined ? undefined : `Whoever holds it can make you a token: capstan token create NAME --scope ${permission}, with a --scope for each thing that you do.`;
}

/** The hub names an argument or a variable, not our document. */
function isAboutInput({ path, message }: ReplyError): boolean {
  return path !== undefined || VARIABLE.test(message);
}

function sentence({ message }: ReplyError, about: InputOrigin): string {
  const place = VARIABLE.exec(message)?.[1] ?? '';
  const words = message.replace(VARIABLE, '');
  const inside = INSIDE.exec(words)?.[1];
  const field = [...(place.match(/[^.[\]]+/g) ?? []), ...(inside === undefined ? [] : [inside])];
  return [originOf(about, field), place, words].filter((part) => part !== '').join(': ');
}
