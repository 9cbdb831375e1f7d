import { CliError } from '../cli-error.js';
import { UserRefusal } from '../hub/user-refusal.js';
import { paste } from '../output/paste.js';
import { printable } from '../output/printable.js';

const SHOWN = 10;

/** What a rollback of fewer targets has in common with the one that was asked for. */
interface AskedRollback {
  readonly project: string;
  readonly to?: string | undefined;
  readonly revert?: boolean | undefined;
  readonly branch?: boolean | undefined;
}

/** Passes a rollback on. Where it is refused because Git is away, says by which commands it goes all the same: to the same release, in the same project. */
export async function sayOutOfReach<T>(rollback: Promise<T>, { project, to, revert, branch }: AskedRollback): Promise<T> {
  try {
    return await rollback;
  } catch (error) {
    if (!(error instanceof UserRefusal) || error.code !== 'RELEASE_OUT_OF_REACH') throw error;
    const reachable = reachableIn(error.errors[0]?.details);
    const [first] = reachable;
    const options = [...(to === undefined ? [] : ['--to', to]), ...(revert === true ? ['--revert'] : []), ...(branch === true ? ['--branch'] : [])];
    const more = reachable.length > SHOWN ? ', ...' : '';
    const hints = [
      first === undefined ? '' : `These can go back now: ${reachable.slice(0, SHOWN).join(', ')}${more}; one by one with: ${paste('rollback', [first, ...options], { project }, 'reason')}.`,
      'Wait until the repository can be read again (capstan get repos), or repeat it with --wait-for-git: the targets are held, and go back when it can.',
    ];
    throw new CliError(error.exitCode, error.errors.map(({ message }) => printable(message)).join('\n'), error.code, printable(hints.filter((hint) => hint !== '').join(' ')));
  }
}

function reachableIn(details: unknown): readonly string[] {
  if (typeof details !== 'object' || details === null || !('reachable' in details) || !Array.isArray(details.reachable)) return [];
  return details.reachable.filter((target) => typeof target === 'string');
}
