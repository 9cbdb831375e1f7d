import { CliError } from '../cli-error.js';
import { exitCodeOfError } from './exit-code-of.js';

/** One of `errors` of an answer. */
export interface ReplyError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly requestId?: string };
}

/** How the hub begins what it says of a value that a variable may not have. */
const VARIABLE = /^Variable "\$[^"]+"(?:, at "(?:input\.)?([^"]+)")?: /;

/** As a person should read it, with the exit code that a script can rely on. `about` says where the input came from. */
export function graphqlError({ message, path, extensions = {} }: ReplyError, about: string): CliError {
  const { code = '', requestId } = extensions;
  const isAboutInput = path !== undefined || VARIABLE.test(message);
  return new CliError(
    exitCodeOfError(code, isAboutInput),
    [about, message.replace(VARIABLE, (_all, place: string | undefined) => (place === undefined ? '' : `${place}: `))].filter((part) => part !== '').join(': '),
    [code, requestId === undefined ? '' : `request ${requestId}`].filter((part) => part !== '').join(', ') || undefined,
    code === 'BAD_REQUEST' && !isAboutInput ? 'The hub may be of another version than this command line.' : undefined,
  );
}
