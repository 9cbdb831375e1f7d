import { err, ok, type Result } from '#kernel';
import { judgeTreePath, printablePath } from '#domain';
import type { GitFailure } from '../git-failure.js';
import type { GitObjects } from '../git-objects.js';
import { isTreeMode, objectId, rawName, readRawTree, writeRawTree, type RawTreeEntry } from './raw-tree.js';

/** What one path is to be: an entry that the repository holds already, or nothing. */
export interface PathEdit {
  /** From the root, not through symlinks; '' is the root itself. */
  readonly path: string;
  readonly to: TreePlace | undefined;
}

/** What stands at a path: the mode as the tree writes it, and the id of a file content or a directory. */
export interface TreePlace {
  readonly mode: string;
  readonly id: string;
}

export interface PathUnwritable {
  readonly code: 'PATH_UNWRITABLE';
  readonly path: string;
  readonly reason: string;
}

interface Directory {
  entries: readonly Node[];
}
interface Node extends RawTreeEntry {
  /** Read and perhaps changed; absent: as its id says. */
  readonly directory?: Directory;
}
type Edited<T> = Promise<Result<T, GitFailure | PathUnwritable>>;

export interface NewTree {
  readonly rootId: string;
  /** Tree objects that the edits made, by id: nothing else is new. */
  readonly trees: ReadonlyMap<string, Buffer>;
}

/**
 * Applies edits one after another to the tree of a commit, over objects alone: nothing is checked out, and no file content is read. Whatever the edits do not
 * name keeps its very bytes, hostile names and odd modes too. Refused is a path that leads through something that is no directory.
 */
export async function editTree(objects: Pick<GitObjects, 'raw'>, rootId: string, edits: readonly PathEdit[], signal: AbortSignal): Edited<NewTree> {
  let root: Node = { mode: '40000', name: '', id: rootId };
  for (const { path, to } of edits) {
    const judged = judgeTreePath(path);
    if ('reason' in judged) return unwritable(path, judged.reason);
    const edited = await place(objects, root, judged.parts, to, path, signal);
    if (!edited.ok) return edited;
    root = edited.value ?? { mode: '40000', name: '', id: '', directory: { entries: [] } };
  }
  const trees = new Map<string, Buffer>();
  return ok({ rootId: seal(root, trees).id, trees });
}

/** The node with the edit done below it; undefined: nothing is left of it, since Git knows no empty directories. */
async function place(objects: Pick<GitObjects, 'raw'>, node: Node, parts: readonly string[], to: TreePlace | undefined, path: string, signal: AbortSignal): Edited<Node | undefined> {
  const [part, ...rest] = parts;
  if (part === undefined) return ok(to && { mode: to.mode, name: node.name, id: to.id });
  if (!isTreeMode(node.mode)) return to === undefined ? ok(node) : unwritable(path, 'something on the way is no directory on the branch: a file, a symlink or a submodule');
  const directory = node.directory ?? (await directoryOf(objects, node.id, path, signal));
  if ('ok' in directory) return directory;
  const name = rawName(part);
  const [found, ...twins] = directory.entries.filter((entry) => entry.name === name);
  if (twins.length > 0) return unwritable(path, 'a name on the way stands twice in its directory');
  if (found === undefined && to === undefined) return ok(node);
  const edited = await place(objects, found ?? { mode: rest.length > 0 ? '40000' : (to?.mode ?? ''), name, id: '', directory: { entries: [] } }, rest, to, path, signal);
  if (!edited.ok) return edited;
  if (edited.value !== undefined && edited.value === found) return ok(node);
  const others = directory.entries.filter((entry) => entry !== found);
  const entries = edited.value === undefined ? others : [...others, edited.value];
  return ok(entries.length === 0 ? undefined : { mode: node.mode, name: node.name, id: node.id, directory: { entries } });
}

async function directoryOf(objects: Pick<GitObjects, 'raw'>, id: string, path: string, signal: AbortSignal): Promise<Directory | Result<never, GitFailure | PathUnwritable>> {
  const read = await objects.raw('tree', [id], signal);
  if (!read.ok) return read;
  const entries = read.value[0]?.type === 'tree' ? readRawTree(read.value[0].bytes) : undefined;
  return entries === undefined ? unwritable(path, 'a directory on the way is malformed') : { entries };
}

/** Gives changed directories their ids, from the leaves up. */
function seal(node: Node, trees: Map<string, Buffer>): RawTreeEntry {
  if (node.directory === undefined) return node;
  const bytes = writeRawTree(node.directory.entries.map((entry) => seal(entry, trees)));
  const id = objectId('tree', bytes);
  if (id !== node.id) trees.set(id, bytes);
  return { mode: node.mode, name: node.name, id };
}

/** What stands at a path of a commit's tree, symlinks not followed; undefined: nothing. */
export async function placeAt(objects: Pick<GitObjects, 'raw'>, rootId: string, path: string, signal: AbortSignal): Edited<TreePlace | undefined> {
  const judged = judgeTreePath(path);
  if ('reason' in judged) return unwritable(path, judged.reason);
  let at: TreePlace = { mode: '40000', id: rootId };
  for (const part of judged.parts) {
    if (!isTreeMode(at.mode)) return ok(undefined);
    const directory = await directoryOf(objects, at.id, path, signal);
    if ('ok' in directory) return directory;
    const found = directory.entries.find((entry) => entry.name === rawName(part));
    if (found === undefined) return ok(undefined);
    at = { mode: found.mode, id: found.id };
  }
  return ok(at);
}

function unwritable(path: string, reason: string): Result<never, PathUnwritable> {
  return err({ code: 'PATH_UNWRITABLE', path: printablePath(path), reason });
}
