import { err, ok, type Result } from '#kernel';
import type { RemoteReference } from './remote-reference.js';
import { resolveRepositoryPath } from './repository-path.js';
import { parseRepositoryUrl } from './repository-url.js';

/** A further source of an application, from which its kustomizations may take bases. */
export interface BaseSource {
  readonly name: string;
  /** Of a repository that is registered in the project. */
  readonly url: string;
  readonly ref: string;
  /** To which the release pins it. */
  readonly commit: string;
  /** Bases lie in this directory; '' is the root. */
  readonly path: string;
}

export interface RemoteBase {
  readonly source: string;
  /** From the directory of the source; '' is that directory. */
  readonly path: string;
}

export type RemoteBaseRefusal =
  /** No source of the application has this repository. */
  | { readonly code: 'NO_SOURCE' }
  /** The URL wants another ref than the source has. */
  | { readonly code: 'REF_DIFFERS'; readonly source: string; readonly wanted: string; readonly ref: string }
  /** The base is not in the directory of the source, whose changes make releases. */
  | { readonly code: 'OUTSIDE_PATH'; readonly source: string; readonly path: string };

/**
 * Where the base lies that a URL names: in a source of the application whose repository is that of the URL and whose ref is that of the URL, where it gives one. A ref
 * may be written as branch, tag, full ref, or as the commit that is pinned. Pure.
 */
export function findRemoteBase(reference: RemoteReference, sources: readonly BaseSource[]): Result<RemoteBase, RemoteBaseRefusal> {
  const found = sources.flatMap((source) => {
    const path = pathIn(reference, source.url);
    return path === undefined ? [] : [{ source, path }];
  });
  const [first] = found;
  if (first === undefined) return err({ code: 'NO_SOURCE' });
  const { ref } = reference;
  const agreeing = found.filter(({ source }) => ref === undefined || ref === source.commit || shortRef(ref) === shortRef(source.ref));
  const [agreed] = agreeing;
  if (agreed === undefined) return err({ code: 'REF_DIFFERS', source: first.source.name, wanted: ref ?? '', ref: first.source.ref });
  for (const { source, path } of agreeing) {
    const below = belowOf(source.path, path);
    if (below !== undefined) return ok({ source: source.name, path: below });
  }
  return err({ code: 'OUTSIDE_PATH', source: agreed.source.name, path: agreed.source.path });
}

/** The directory in the repository, where the URL is one of it: behind `//` or `.git/`, and on github.com behind the name. */
function pathIn({ origin, path }: RemoteReference, url: string): string | undefined {
  const repository = parseRepositoryUrl(url);
  const full = `${origin}${path}`;
  if (!repository.ok || !full.startsWith(repository.value.sameKey)) return undefined;
  const [, suffix = '', inside = ''] = /^(\.git(?=\/|$))?(.*)$/s.exec(full.slice(repository.value.sameKey.length)) ?? [];
  if (inside === '') return '';
  const isInside = inside.startsWith('//') || (inside.startsWith('/') && (suffix !== '' || origin === 'https://github.com'));
  return isInside ? resolveRepositoryPath('', inside.replace(/^\/+/, '')) : undefined;
}

function belowOf(directory: string, path: string): string | undefined {
  if (directory === '' || directory === path) return directory === '' ? path : '';
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : undefined;
}

function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}
