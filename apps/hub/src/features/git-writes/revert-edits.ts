import { err, ok, type Result } from '#kernel';
import { computeSourceDigest, MAX_SYMLINK_HOPS, resolveSymlink, watchedSourceOf, type ApplicationSpec, type SourceReadFailure, type WatchSet } from '#domain';
import { placeAt, type GitFailure, type GitObjects, type PathEdit, type PathUnwritable } from '#git';

export type EditsFailure = GitFailure | PathUnwritable | SourceReadFailure | { readonly code: 'WHOLE_REPOSITORY'; readonly because: string };

/** What a release was made from, and the edits that make a branch hold it again. */
export interface RevertEdits {
  readonly watched: WatchSet;
  readonly edits: readonly PathEdit[];
}

/**
 * Every path that decided what the release was rendered from, as it was at its commit: those that were absent too, and the symlinks on the way. What other commits
 * changed there since is undone with it; all other paths stay as the branch has them.
 */
export async function revertEdits(objects: GitObjects, commit: string, spec: ApplicationSpec, signal: AbortSignal): Promise<Result<RevertEdits, EditsFailure>> {
  const meta = await objects.commit(commit, signal);
  if (!meta.ok) return meta;
  const tree = await objects.tree(commit, signal);
  if (!tree.ok) return tree;
  const watched = await computeSourceDigest(tree.value, watchedSourceOf(spec), signal);
  if (!watched.ok) return watched;
  const { fallsBackToRoot, paths } = watched.value;
  if (fallsBackToRoot !== undefined && spec.source.path !== '') return err({ code: 'WHOLE_REPOSITORY', because: fallsBackToRoot });
  const edits: PathEdit[] = [];
  for (const { path } of paths) {
    const found = await editsOf(objects, meta.value.treeId, path, signal);
    if (!found.ok) return found;
    edits.push(...found.value);
  }
  // A base that is the root, or a symlink that leads there: the release was made from all, and to put all back would undo everybody's work.
  if (spec.source.path !== '' && edits.some(({ path }) => path === '')) return err({ code: 'WHOLE_REPOSITORY', because: 'ROOT_IS_READ' });
  return ok({ watched: watched.value, edits });
}

/** One path of a tree: the symlinks that lead to it, and what it is. */
async function editsOf(objects: GitObjects, rootId: string, asked: string, signal: AbortSignal): Promise<Result<readonly PathEdit[], GitFailure | PathUnwritable>> {
  const edits: PathEdit[] = [];
  let path = asked;
  for (let hops = 0; hops <= MAX_SYMLINK_HOPS; hops++) {
    const link = await firstSymlink(objects, rootId, path, signal);
    if (!link.ok) return link;
    if (link.value === undefined) {
      const place = await placeAt(objects, rootId, path, signal);
      if (!place.ok) return place;
      edits.push({ path, to: place.value });
      return ok(edits);
    }
    edits.push(link.value.edit);
    if (link.value.leadsTo === undefined) return ok(edits);
    path = link.value.leadsTo;
  }
  return ok(edits);
}

interface SymlinkOnTheWay {
  readonly edit: PathEdit;
  /** undefined: nowhere that is read. */
  readonly leadsTo: string | undefined;
}

async function firstSymlink(objects: GitObjects, rootId: string, path: string, signal: AbortSignal): Promise<Result<SymlinkOnTheWay | undefined, GitFailure | PathUnwritable>> {
  const parts = path === '' ? [] : path.split('/');
  for (const index of parts.keys()) {
    const here = parts.slice(0, index + 1).join('/');
    const place = await placeAt(objects, rootId, here, signal);
    if (!place.ok) return place;
    if (place.value === undefined) return ok(undefined);
    if (place.value.mode !== '120000') continue;
    const read = await objects.raw('blob', [place.value.id], signal);
    if (!read.ok) return read;
    const resolved = resolveSymlink(here, read.value[0]?.bytes.toString('utf8') ?? '');
    const rest = parts.slice(index + 1);
    return ok({ edit: { path: here, to: place.value }, leadsTo: 'reason' in resolved ? undefined : [...(resolved.path === '' ? [] : [resolved.path]), ...rest].join('/') });
  }
  return ok(undefined);
}
