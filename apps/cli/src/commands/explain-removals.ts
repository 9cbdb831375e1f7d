import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { plural } from '../output/plural.js';
import { UserRefusal } from '../hub/user-refusal.js';

const SHOWN = 10;

/** Passes a mutation on. Where the removal guard stops it, says what would go and the very command that agrees to it. */
export async function explainRemovals<T>(mutation: Promise<T>, command: string): Promise<T> {
  try {
    return await mutation;
  } catch (error) {
    const details = error instanceof UserRefusal && error.code === 'REMOVAL_NEEDS_CONFIRMATION' ? detailsOf(error.errors[0]?.details) : undefined;
    if (details === undefined) throw error;
    const { count, digest, targets } = details;
    const more = count > SHOWN ? ` and ${count - SHOWN} more` : '';
    throw new CliError(
      EXIT.CONFLICT,
      `this would remove ${plural(count, 'target')}, so it needs a confirmation; nothing was changed`,
      `REMOVAL_NEEDS_CONFIRMATION: ${targets.slice(0, SHOWN).join(', ')}${more}`,
      `If that is meant: ${command} --confirm-removals ${digest}`,
    );
  }
}

function detailsOf(details: unknown): { readonly count: number; readonly digest: string; readonly targets: readonly string[] } | undefined {
  if (typeof details !== 'object' || details === null || !('digest' in details) || !('count' in details)) return undefined;
  const { digest, count } = details;
  const targets = 'targets' in details && Array.isArray(details.targets) ? details.targets.filter((target) => typeof target === 'string') : [];
  return typeof digest === 'string' && typeof count === 'number' ? { count, digest, targets } : undefined;
}
