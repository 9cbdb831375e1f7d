import { err, ok, type Result } from '#kernel';
import { judgeTreePath, MAX_SYMLINK_HOPS, parseTreeObject, printablePath, resolveSymlink, type SourceReadFailure, type SourceTree, type TreeEntry } from '#domain';
import { AMBIGUOUS, DirectoryCache, type Directory } from './directory-cache.js';
import type { ObjectReadFailure, ObjectStore } from './object-store.js';

type Read<T> = Promise<Result<T, SourceReadFailure>>;
interface Node {
  /** Where it really is, after symlinks. */
  readonly path: string;
  readonly entry: TreeEntry;
}

/**
 * A SourceTree over raw objects. What is judged is what lies on the path that is read: hostile names, gitlinks and symlinks that
 * leave the tree are refused there and ignored elsewhere; `list` answers for every name of the directory it lists.
 */
export function objectSourceTree(commit: string, rootTreeId: string, store: ObjectStore): SourceTree {
  const root: Node = { path: '', entry: { name: '', mode: 'tree', id: rootTreeId } };
  const directories = new DirectoryCache();

  async function directoryOf(node: Node, asked: string, signal?: AbortSignal): Read<Directory> {
    const known = directories.get(node.entry.id);
    if (known !== undefined) return ok(known);
    const read = await store.read('tree', [node.entry.id], signal);
    if (!read.ok) return err(unavailable(asked, read.error));
    const object = read.value[0];
    const entries = object?.type === 'tree' ? parseTreeObject(object.bytes) : undefined;
    if (!entries?.ok) return refused(asked, `the tree of ${node.path === '' ? 'the root' : node.path} is malformed`);
    return ok(directories.add(node.entry.id, entries.value));
  }

  async function blobsOf(nodes: readonly Node[], asked: string, signal?: AbortSignal): Read<readonly Uint8Array[]> {
    const read = await store.read('blob', nodes.map((node) => node.entry.id), signal);
    if (!read.ok) {
      const node = 'id' in read.error ? nodes.find((candidate) => 'id' in read.error && candidate.entry.id === read.error.id) : undefined;
      return err(unavailable(node?.path ?? asked, read.error));
    }
    const stray = read.value.findIndex((object) => object.type !== 'blob');
    if (stray !== -1) return refused(nodes[stray]?.path ?? asked, 'the entry is no file content');
    return ok(read.value.map((object) => object.bytes));
  }

  /** Walks from the root. `hops` counts symlinks over the whole path, so that loops end. */
  async function walk(asked: string, path: string, follow: boolean, hops: number, signal?: AbortSignal): Read<Node> {
    const judged = judgeTreePath(path);
    if ('reason' in judged) return refused(asked, judged.reason);
    let node = root;
    for (const [index, part] of judged.parts.entries()) {
      const isLast = index === judged.parts.length - 1;
      const directory = await directoryOf(node, asked, signal);
      if (!directory.ok) return directory;
      const entry = directory.value.entry(part);
      if (entry === undefined) return err({ code: 'PATH_NOT_FOUND', path: asked });
      const here = node.path === '' ? part : `${node.path}/${part}`;
      if (directory.value.isAmbiguous(part)) return refused(here, AMBIGUOUS);
      if (entry.mode === 'gitlink' && (follow || !isLast)) return refused(here, 'it is a submodule');
      if (entry.mode === 'symlink' && (follow || !isLast)) return hop(asked, here, entry, judged.parts.slice(index + 1), follow, hops, signal);
      if (entry.mode !== 'tree' && !isLast) return err({ code: 'PATH_NOT_FOUND', path: asked });
      node = { path: here, entry };
    }
    return ok(node);
  }

  async function hop(asked: string, here: string, link: TreeEntry, rest: readonly string[], follow: boolean, hops: number, signal?: AbortSignal): Read<Node> {
    if (hops >= MAX_SYMLINK_HOPS) return refused(here, `more than ${MAX_SYMLINK_HOPS} symlinks follow one another`);
    const target = await blobsOf([{ path: here, entry: link }], asked, signal);
    if (!target.ok) return target;
    const resolved = resolveSymlink(here, Buffer.from(target.value[0] ?? []).toString('utf8'));
    if ('reason' in resolved) return refused(here, resolved.reason);
    const path = [...(resolved.path === '' ? [] : [resolved.path]), ...rest].join('/');
    return walk(asked, path, follow, hops + 1, signal);
  }

  async function fileAt(path: string, signal?: AbortSignal): Read<Node> {
    const node = await walk(path, path, true, 0, signal);
    if (node.ok && node.value.entry.mode === 'tree') return refused(path, 'it is a directory');
    return node;
  }

  async function readMany(paths: readonly string[], signal?: AbortSignal): Read<readonly Uint8Array[]> {
    const nodes: Node[] = [];
    for (const path of paths) {
      const node = await fileAt(path, signal);
      if (!node.ok) return node;
      nodes.push(node.value);
    }
    return nodes.length === 0 ? ok([]) : blobsOf(nodes, paths[0] ?? '', signal);
  }

  return {
    commit,
    rootTreeId,
    async list(path, signal) {
      const node = await walk(path, path, true, 0, signal);
      if (!node.ok) return node;
      if (node.value.entry.mode !== 'tree') return refused(path, 'it is a file');
      const directory = await directoryOf(node.value, path, signal);
      if (!directory.ok) return directory;
      const hostile = directory.value.hostileEntry();
      return hostile === undefined ? ok(directory.value.entries) : refused(path === '' ? hostile.name : `${path}/${hostile.name}`, hostile.reason);
    },
    async read(path, signal) {
      const read = await readMany([path], signal);
      return read.ok ? ok(read.value[0] ?? new Uint8Array()) : read;
    },
    readMany,
    async entry(path, signal) {
      const node = await walk(path, path, false, 0, signal);
      return node.ok ? ok(node.value.entry) : node;
    },
    async resolve(path, signal) {
      const node = await walk(path, path, true, 0, signal);
      return node.ok ? ok({ path: node.value.path, entry: node.value.entry }) : node;
    },
  };
}

/** Names may be hostile: what is shown of them is printable and bounded. */
function refused(path: string, reason: string): Result<never, SourceReadFailure> {
  return err({ code: 'PATH_REFUSED', path: printablePath(path), reason });
}

function unavailable(path: string, failure: ObjectReadFailure): SourceReadFailure {
  switch (failure.code) {
    case 'OBJECT_TOO_LARGE':
      return { code: 'PATH_REFUSED', path: printablePath(path), reason: `it is larger than ${failure.maxBytes} bytes` };
    case 'OBJECT_MISSING':
      return { code: 'SOURCE_UNAVAILABLE', path: printablePath(path), cause: `object ${failure.id} is missing` };
    case 'OBJECTS_UNAVAILABLE':
    case 'OBJECTS_DAMAGED':
      return { code: 'SOURCE_UNAVAILABLE', path: printablePath(path), cause: failure.cause };
  }
}
