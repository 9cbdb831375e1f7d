import { err, ok, type Result } from '#kernel';
import { FIELD_MANAGER, type KubeObject } from '#domain';
import type { KubeClient, KubeFailure } from '#kube';
import { holdsField } from './holds-field.js';

export interface ApplyHow {
  /** Everything but the writing. */
  readonly dryRun: boolean;
  /** The object as we applied it last; undefined when we never did. */
  readonly before: KubeObject | undefined;
  readonly signal: AbortSignal;
}

/**
 * Server-side apply of one object. A field that another manager took is taken back only where we applied that field last time, which
 * is healing; a field that was never ours stays its manager's, and the conflict is the answer. What we no longer declare is released by
 * the server itself, since our list of fields is replaced whole.
 */
export async function applyObject(client: KubeClient, object: KubeObject, how: ApplyHow): Promise<Result<KubeObject, KubeFailure>> {
  const options = { fieldManager: FIELD_MANAGER, dryRun: how.dryRun, signal: how.signal };
  const applied = await client.apply(object, options);
  if (applied.ok || applied.error.code !== 'CONFLICT') return applied;
  const conflicts = applied.error.conflicts ?? [];
  const { before } = how;
  if (conflicts.length === 0 || before === undefined) return applied;
  const foreign = conflicts.filter(({ field }) => !holdsField(before, field));
  return foreign.length > 0 ? err({ ...applied.error, conflicts: foreign }) : client.apply(object, { ...options, force: true });
}

/** The UID and resourceVersion of what the server stored. */
export function identityOf(stored: KubeObject): Result<{ readonly uid: string; readonly resourceVersion: string }, KubeFailure> {
  const { uid, resourceVersion } = stored.metadata;
  if (uid === undefined || resourceVersion === undefined) return err({ code: 'MALFORMED_RESPONSE', httpStatus: 200, message: 'the stored object has no uid' });
  return ok({ uid, resourceVersion });
}
