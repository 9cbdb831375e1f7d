import { printablePath, type SourceReadFailure, type SourceTree } from '#domain';
import { err, type Result } from '#kernel';

type Read<T> = Promise<Result<T, SourceReadFailure>>;

/** A further source, and the directory from which its files are named. */
export interface NamedTree {
  readonly tree: SourceTree;
  readonly path: string;
}

/**
 * A tree with others under `$name/` at its root, which `list` does not show: a chart that has such a directory itself cannot be told from them, and what it reads by
 * other names it reads from itself alone.
 */
export function overlayTree(own: SourceTree, others: ReadonlyMap<string, NamedTree>): SourceTree {
  if (others.size === 0) return own;

  function at(path: string): { readonly tree: SourceTree; readonly path: string; readonly outward: (inside: string) => string } {
    const [, name, rest = ''] = /^\$([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
    const other = name === undefined ? undefined : others.get(name);
    if (other === undefined) return { tree: own, path, outward: (inside) => inside };
    const joined = [other.path, rest].filter((part) => part !== '').join('/');
    return { tree: other.tree, path: joined, outward: (inside) => `$${name ?? ''}/${other.path !== '' && inside.startsWith(`${other.path}/`) ? inside.slice(other.path.length + 1) : inside}` };
  }

  /** Failures name what was asked for. */
  async function ask<T>(asked: string, read: (tree: SourceTree, path: string) => Read<T>): Read<T> {
    const place = at(asked);
    const answer = await read(place.tree, place.path);
    return answer.ok || place.tree === own ? answer : err({ ...answer.error, path: printablePath(place.outward(answer.error.path)) });
  }

  return {
    commit: own.commit,
    rootTreeId: own.rootTreeId,
    list: (path, signal) => ask(path, (tree, inside) => tree.list(inside, signal)),
    read: (path, signal) => ask(path, (tree, inside) => tree.read(inside, signal)),
    async readMany(paths, signal) {
      if (paths.every((path) => at(path).tree === own)) return own.readMany(paths, signal);
      const contents: Uint8Array[] = [];
      for (const path of paths) {
        const content = await ask(path, (tree, inside) => tree.read(inside, signal));
        if (!content.ok) return content;
        contents.push(content.value);
      }
      return { ok: true, value: contents };
    },
    entry: (path, signal) => ask(path, (tree, inside) => tree.entry(inside, signal)),
    async resolve(path, signal) {
      const resolved = await ask(path, (tree, inside) => tree.resolve(inside, signal));
      const place = at(path);
      return resolved.ok && place.tree !== own ? { ok: true, value: { ...resolved.value, path: place.outward(resolved.value.path) } } : resolved;
    },
  };
}
