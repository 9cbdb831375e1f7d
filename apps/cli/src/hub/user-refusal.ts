import { CliError } from '../cli-error.js';
import { exitCodeOfUserError } from './exit-code-of.js';
import { inCommands } from '../output/in-commands.js';
import { originOf, type InputOrigin } from './input-origin.js';

/** What a mutation says about input that a person can fix. */
export interface UserError {
  readonly code: string;
  readonly field: readonly string[];
  readonly message: string;
  readonly hint: string | null;
  readonly details?: unknown;
}

/** The hub refused the input; `errors` holds what it said, with codes. The first one decides the exit code. */
export class UserRefusal extends CliError {
  /** @param about where the input came from, such as `fleet.yaml:1: app/shop`; empty for the command line */
  constructor(
    readonly errors: readonly UserError[],
    about: InputOrigin = '',
  ) {
    const code = errors[0]?.code ?? '';
    const hints = [...new Set(errors.map((error) => error.hint).filter((hint) => hint !== null && hint !== ''))];
    super(exitCodeOfUserError(code), errors.map((error) => sentence(error, about)).join('\n'), [...new Set(errors.map((error) => error.code))].join(', '), inCommands(hints.join(' ')) || undefined);
  }

  get code(): string {
    return this.errors[0]?.code ?? '';
  }
}

/** The field is named where a person would otherwise have to guess it. */
function sentence({ field, message }: UserError, about: InputOrigin): string {
  const path = about === '' && field[0] === 'mode' ? '--revert' : field.join('.');
  return [originOf(about, field), isSaid({ field, message }, about) ? '' : path, inCommands(message)].filter((part) => part !== '').join(': ');
}

/** Where no file is looked at, a message that has the word needs no name of the field before it. */
function isSaid({ field, message }: Pick<UserError, 'field' | 'message'>, about: InputOrigin): boolean {
  const [only = 'name', ...more] = field;
  return more.length === 0 && (only === 'name' || (about === '' && message.toLowerCase().includes(only.toLowerCase())));
}
