import { err, ok, type Result } from '#kernel';
import { applyOptionsOf, FIELD_MANAGER, isDeployTool, type KubeObject } from '#domain';
import type { FieldConflict, KubeClient, KubeFailure } from '#kube';
import { holdsField } from './holds-field.js';

export interface ApplyHow {
  /** Everything but the writing. */
  readonly dryRun: boolean;
  /** The object as we applied it last; undefined when we never did. */
  readonly before: KubeObject | undefined;
  /** It is being taken over: what deploy tools hold is ours to change. @default false */
  readonly isAdopted?: boolean;
  /** Hears of fields that are taken from others because the object asks for it. */
  readonly onTaken?: (fields: readonly FieldConflict[]) => void;
  readonly signal: AbortSignal;
}

/**
 * Server-side apply of one object. A field that another manager took is taken back only where we applied that field last time, which
 * is healing, or where the object asks for force; a field that was never ours stays its manager's, and the conflict is the answer. What we no
 * longer declare is released by the server itself, since our list of fields is replaced whole.
 */
export async function applyObject(client: KubeClient, object: KubeObject, how: ApplyHow): Promise<Result<KubeObject, KubeFailure>> {
  const options = { fieldManager: FIELD_MANAGER, dryRun: how.dryRun, signal: how.signal };
  const applied = await client.apply(object, options);
  if (applied.ok || applied.error.code !== 'CONFLICT') return applied;
  const conflicts = applied.error.conflicts ?? [];
  if (conflicts.length === 0) return applied;
  const { before } = how;
  const foreign = conflicts.filter(({ field, manager }) => !(before !== undefined && holdsField(before, field)) && !(how.isAdopted === true && isDeployTool(manager)));
  if (foreign.length > 0 && !applyOptionsOf(object.metadata).force) return err({ ...applied.error, conflicts: foreign });
  const forced = await client.apply(object, { ...options, force: true });
  if (forced.ok && foreign.length > 0 && !how.dryRun) how.onTaken?.(foreign);
  return forced;
}

/** The UID and resourceVersion of what the server stored. */
export function identityOf(stored: KubeObject): Result<{ readonly uid: string; readonly resourceVersion: string }, KubeFailure> {
  const { uid, resourceVersion } = stored.metadata;
  if (uid === undefined || resourceVersion === undefined) return err({ code: 'MALFORMED_RESPONSE', httpStatus: 200, message: 'the stored object has no uid' });
  return ok({ uid, resourceVersion });
}
