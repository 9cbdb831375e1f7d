import { err, ok, type Result } from '#kernel';
import type { SourceReadFailure } from '#domain';
import { placeAt, type GitFailure, type GitObjects, type PathEdit, type PathUnwritable } from '#git';

export interface CarriedPath {
  /** Of the release that is promoted. */
  readonly commit: string;
  readonly from: string;
  /** Head of the branch that is written. */
  readonly head: string;
  readonly to: string;
  /** Below `to`: left as the branch has them, absent ones too. */
  readonly keep: readonly string[];
}

/** Makes one path of the branch what another was at a commit, but for what is kept. */
export async function promotionEdits(objects: GitObjects, { commit, from, head, to, keep }: CarriedPath, signal: AbortSignal): Promise<Result<readonly PathEdit[], GitFailure | PathUnwritable | SourceReadFailure>> {
  const [source, target] = [await objects.commit(commit, signal), await objects.commit(head, signal)];
  if (!source.ok) return source;
  if (!target.ok) return target;
  const place = await placeAt(objects, source.value.treeId, from, signal);
  if (!place.ok) return place;
  if (place.value === undefined) return err({ code: 'PATH_NOT_FOUND', path: from });
  const edits: PathEdit[] = [{ path: to, to: place.value }];
  for (const name of keep) {
    const path = to === '' ? name : `${to}/${name}`;
    const kept = await placeAt(objects, target.value.treeId, path, signal);
    if (!kept.ok) return kept;
    edits.push({ path, to: kept.value });
  }
  return ok(edits);
}
