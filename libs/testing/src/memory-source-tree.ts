import {
  judgeTreePath, MAX_SYMLINK_HOPS, resolveSymlink, type ResolvedEntry, type SourceReadFailure, type SourceTree, type TreeEntry, type TreeEntryMode,
} from '#domain';
import { err, ok, type Result } from '#kernel';
import { createHash } from 'node:crypto';

/** What a path of the tree holds: text or bytes make a file. */
export type SourceTreeContent =
  | string
  | Uint8Array
  | { readonly executable: string | Uint8Array }
  /** The target as Git stores it, relative to the link's directory. */
  | { readonly symlink: string }
  /** A submodule, pinned to a commit. */
  | { readonly gitlink: string };

interface Leaf {
  readonly mode: Exclude<TreeEntryMode, 'tree'>;
  readonly id: string;
  readonly bytes: Uint8Array;
}
interface Directory {
  readonly mode: 'tree';
  readonly id: string;
  readonly children: ReadonlyMap<string, Node>;
}
type Node = Leaf | Directory;
interface Draft {
  readonly children: Map<string, Draft | Leaf>;
}

const GIT_MODE = { tree: '40000', file: '100644', executable: '100755', symlink: '120000', gitlink: '160000' } as const;

/**
 * A commit in memory, from path to content. Ids are the ones Git would give, so a digest over them moves exactly when Git's
 * would. Symlinks that stay inside are resolved, all else is refused, as the real reader does; `reads` lists what was read.
 * The same files always make the same commit id.
 */
export function aSourceTree(files: Readonly<Record<string, SourceTreeContent>>): SourceTree & { readonly reads: readonly string[] } {
  const draft: Draft = { children: new Map() };
  for (const [path, content] of Object.entries(files)) place(draft, path, leafOf(content));
  return new MemorySourceTree(seal(draft));
}

class MemorySourceTree implements SourceTree {
  readonly commit: string;
  readonly rootTreeId: string;
  readonly reads: string[] = [];

  constructor(private readonly root: Directory) {
    this.rootTreeId = root.id;
    this.commit = gitId('commit', Buffer.from(`tree ${root.id}\n\n`));
  }

  async list(path: string, signal?: AbortSignal): Promise<Result<readonly TreeEntry[], SourceReadFailure>> {
    signal?.throwIfAborted();
    const node = this.find(path, true);
    if (!node.ok) return node;
    if (node.value.mode !== 'tree') return refused(path, 'not a directory');
    return ok(gitOrder(node.value.children).map(([name, child]) => ({ name, mode: child.mode, id: child.id })));
  }

  async read(path: string, signal?: AbortSignal): Promise<Result<Uint8Array, SourceReadFailure>> {
    signal?.throwIfAborted();
    const node = this.find(path, true);
    if (!node.ok) return node;
    if (node.value.mode !== 'file' && node.value.mode !== 'executable') return refused(path, node.value.mode === 'tree' ? 'a directory' : 'a submodule');
    this.reads.push(path);
    return ok(node.value.bytes);
  }

  async readMany(paths: readonly string[], signal?: AbortSignal): Promise<Result<readonly Uint8Array[], SourceReadFailure>> {
    const contents: Uint8Array[] = [];
    for (const path of paths) {
      const content = await this.read(path, signal);
      if (!content.ok) return content;
      contents.push(content.value);
    }
    return ok(contents);
  }

  async entry(path: string, signal?: AbortSignal): Promise<Result<TreeEntry, SourceReadFailure>> {
    signal?.throwIfAborted();
    const node = this.find(path, false);
    return node.ok ? ok({ name: path.slice(path.lastIndexOf('/') + 1), mode: node.value.mode, id: node.value.id }) : node;
  }

  async resolve(path: string, signal?: AbortSignal): Promise<Result<ResolvedEntry, SourceReadFailure>> {
    signal?.throwIfAborted();
    const found = this.locate(path, true);
    if (!found.ok) return found;
    const { at, node } = found.value;
    if (node.mode === 'gitlink') return refused(path, 'a submodule');
    return ok({ path: at.join('/'), entry: { name: at.at(-1) ?? '', mode: node.mode, id: node.id } });
  }

  private find(path: string, followLast: boolean): Result<Node, SourceReadFailure> {
    const found = this.locate(path, followLast);
    return found.ok ? ok(found.value.node) : found;
  }

  private locate(path: string, followLast: boolean): Result<{ readonly at: readonly string[]; readonly node: Node }, SourceReadFailure> {
    const judged = judgeTreePath(path);
    if ('reason' in judged) return refused(path, judged.reason);
    let pending = judged.parts;
    let at: readonly string[] = [];
    let node: Node = this.root;
    let hops = 0;
    for (let [segment, ...rest] = pending; segment !== undefined; [segment, ...rest] = pending) {
      if (node.mode === 'gitlink') return refused(path, 'inside a submodule');
      const child: Node | undefined = node.mode === 'tree' ? node.children.get(segment) : undefined;
      if (child === undefined) return err({ code: 'PATH_NOT_FOUND', path });
      at = [...at, segment];
      pending = rest;
      node = child;
      if (child.mode !== 'symlink' || (pending.length === 0 && !followLast)) continue;
      const target = resolveSymlink(at.join('/'), Buffer.from(child.bytes).toString('utf8'));
      hops += 1;
      if ('reason' in target || hops > MAX_SYMLINK_HOPS) return refused(path, 'reason' in target ? target.reason : 'too many symlinks');
      pending = [...target.path.split('/').filter((part) => part !== ''), ...rest];
      at = [];
      node = this.root;
    }
    return ok({ at, node });
  }
}

function refused(path: string, reason: string): Result<never, SourceReadFailure> {
  return err({ code: 'PATH_REFUSED', path, reason });
}

function leafOf(content: SourceTreeContent): Leaf {
  if (typeof content === 'string' || content instanceof Uint8Array) return blob('file', content);
  if ('executable' in content) return blob('executable', content.executable);
  if ('symlink' in content) return blob('symlink', content.symlink);
  return { mode: 'gitlink', id: content.gitlink, bytes: new Uint8Array() };
}

function blob(mode: Leaf['mode'], content: string | Uint8Array): Leaf {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { mode, id: gitId('blob', bytes), bytes };
}

function place(root: Draft, path: string, leaf: Leaf): void {
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  let directory = root;
  for (const segment of segments) {
    const next = directory.children.get(segment) ?? { children: new Map() };
    if (!('children' in next)) throw new Error(`${path}: a file is in the way`);
    directory.children.set(segment, next);
    directory = next;
  }
  directory.children.set(name, leaf);
}

function seal(draft: Draft): Directory {
  const children = new Map([...draft.children].map(([name, node]) => [name, 'children' in node ? seal(node) : node] as const));
  const body = gitOrder(children).map(([name, node]) => Buffer.concat([Buffer.from(`${GIT_MODE[node.mode]} ${name}\0`), Buffer.from(node.id, 'hex')]));
  return { mode: 'tree', id: gitId('tree', Buffer.concat(body)), children };
}

/** Git sorts by bytes and compares a directory as if its name ended in a slash. */
function gitOrder(children: ReadonlyMap<string, Node>): readonly (readonly [string, Node])[] {
  const key = ([name, node]: readonly [string, Node]): Buffer => Buffer.from(node.mode === 'tree' ? `${name}/` : name);
  return [...children].toSorted((a, b) => Buffer.compare(key(a), key(b)));
}

function gitId(type: 'blob' | 'tree' | 'commit', body: Uint8Array): string {
  return createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest('hex');
}
