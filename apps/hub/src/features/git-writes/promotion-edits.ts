import { err, ok, type Result } from '#kernel';
import type { SourceReadFailure } from '#domain';
import { isLinkMode, isTreeMode, linkLeadingOut, placeAt, type GitFailure, type GitObjects, type PathEdit, type PathUnwritable, type TreePlace } from '#git';

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

/**
 * Makes one path of the branch what another was at a commit, but for what is kept. Symlinks are carried as they are, so all of them must stay inside: one that leads
 * out would lead to other content there, and the path itself, were it a link, would from then on follow what it leads to without any promotion.
 */
export async function promotionEdits(objects: GitObjects, { commit, from, head, to, keep }: CarriedPath, signal: AbortSignal): Promise<Result<readonly PathEdit[], GitFailure | PathUnwritable | SourceReadFailure>> {
  const [source, target] = [await objects.commit(commit, signal), await objects.commit(head, signal)];
  if (!source.ok) return source;
  if (!target.ok) return target;
  const place = await placeToCarry(objects, source.value.treeId, from, signal);
  if (!place.ok) return place;
  const leading = isTreeMode(place.value.mode) ? await linkLeadingOut(objects, place.value.id, keep, signal) : ok(undefined);
  if (!leading.ok) return leading;
  if (leading.value !== undefined) return err({ ...leading.value, path: from === '' ? leading.value.path : `${from}/${leading.value.path}` });
  const edits: PathEdit[] = [{ path: to, to: place.value }];
  for (const name of keep) {
    const path = to === '' ? name : `${to}/${name}`;
    const kept = await placeAt(objects, target.value.treeId, path, signal);
    if (!kept.ok) return kept;
    edits.push({ path, to: kept.value });
  }
  return ok(edits);
}

async function placeToCarry(objects: GitObjects, rootId: string, from: string, signal: AbortSignal): Promise<Result<TreePlace, GitFailure | PathUnwritable | SourceReadFailure>> {
  const parts = from === '' ? [] : from.split('/');
  let place: TreePlace | undefined;
  for (let length = Math.min(1, parts.length); length <= parts.length; length += 1) {
    const path = parts.slice(0, length).join('/');
    const found = await placeAt(objects, rootId, path, signal);
    if (!found.ok) return found;
    if (found.value === undefined) return err({ code: 'PATH_NOT_FOUND', path: from });
    if (isLinkMode(found.value.mode)) return err({ code: 'PATH_UNWRITABLE', path, reason: 'it is a symlink: promote from the path that it leads to' });
    place = found.value;
  }
  return place === undefined ? err({ code: 'PATH_NOT_FOUND', path: from }) : ok(place);
}
