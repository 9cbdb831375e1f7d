import { assertNever, ok, type Json, type Result } from '#kernel';
import { findRemoteBase, isJsonList, isJsonObject, type BaseSource, type KustomizationReferences, type PathReference, type RemoteBaseRefusal, type RemoteUse } from '#domain';
import { refuse } from './render-failures.js';
import type { RenderFailure } from './renderer.js';

export interface FollowedBases {
  /** Those of the kustomization, with bases of other repositories where their trees stand. */
  readonly references: KustomizationReferences;
  /** The kustomization as it says so; undefined: as it is. */
  readonly rewritten: Json | undefined;
}

const MAX_REF = 100;

/**
 * Puts paths in the place of the URLs that name a base in a source of the application; any other URL is refused. The trees of the sources stand under `$name` at the root.
 * Nothing that a kustomization names by a path leads from one of them into another. Pure.
 */
export function followRemoteBases(document: Json, references: KustomizationReferences, file: string, directory: string, sources: readonly BaseSource[]): Result<FollowedBases, RenderFailure> {
  const crossing = [...references.directories, ...references.files, ...references.resources, ...references.plugins].find(({ path }) => sourceOf(path, sources) !== sourceOf(directory, sources));
  if (crossing !== undefined) return refuse('PATH_REFUSED', `${file}: ${crossing.field} leaves the repository`, file);
  const found: { readonly use: RemoteUse; readonly path: string }[] = [];
  for (const use of references.remote) {
    const path = pathOf(use, file, sources);
    if (!path.ok) return path;
    found.push({ use, path: path.value });
  }
  if (found.length === 0) return ok({ references, rewritten: undefined });
  const of = (kind: RemoteUse['kind']): readonly PathReference[] => found.filter(({ use }) => use.kind === kind).map(({ use, path }) => ({ field: use.field, path }));
  const rewritten = found.reduce((said, { use, path }) => withItem(said, use.field, relativePath(directory, path)), document);
  return ok({ references: { ...references, remote: [], directories: [...references.directories, ...of('directories')], resources: [...references.resources, ...of('resources')] }, rewritten });
}

/** From the root, under which all trees stand. */
function pathOf({ field, kind, value, reference }: RemoteUse, file: string, sources: readonly BaseSource[]): Result<string, RenderFailure> {
  const names = `${file}: ${field} names ${value}`;
  if (kind !== 'resources' && kind !== 'directories') return refuse('REMOTE_REFERENCE_REFUSED', `${names}: only resources, bases and components may be in another repository`, file);
  if (reference === undefined) return refuse('REMOTE_REFERENCE_REFUSED', `${names}, which no source can have: a base is in a repository of Git, by http, https or ssh, and its URL has no password`, file);
  const base = findRemoteBase(reference, sources);
  if (!base.ok) return refuse('REMOTE_REFERENCE_REFUSED', `${names}${sayRefusal(base.error)}`, file);
  return ok([`$${base.value.source}`, base.value.path].filter((part) => part !== '').join('/'));
}

function sayRefusal(refusal: RemoteBaseRefusal): string {
  switch (refusal.code) {
    case 'NO_SOURCE':
      return ', which is in no source of the application: register its repository in the project, and name it among the sources';
    case 'REF_DIFFERS':
      return ` at ${JSON.stringify(refusal.wanted.slice(0, MAX_REF))}, and the source ${refusal.source} has ${JSON.stringify(refusal.ref)}: write the same ref in both, or none in the URL`;
    case 'OUTSIDE_PATH':
      return `, which is not in ${refusal.path}, the path of the source ${refusal.source}`;
    default:
      return assertNever(refusal);
  }
}

/** The name of the source whose tree a path is in; '' is the application's own. */
function sourceOf(path: string, sources: readonly BaseSource[]): string {
  const [, name] = /^\$([^/]+)(?:\/|$)/.exec(path) ?? [];
  return name !== undefined && sources.some((source) => source.name === name) ? name : '';
}

/** @param field as references name an item of a list: `resources[2]` */
function withItem(document: Json, field: string, value: string): Json {
  const [, name = '', index = ''] = /^(.*)\[(\d+)\]$/s.exec(field) ?? [];
  const list = isJsonObject(document) ? document[name] : undefined;
  return isJsonObject(document) && isJsonList(list) ? { ...document, [name]: list.with(Number(index), value) } : document;
}

function relativePath(from: string, to: string): string {
  return `${'../'.repeat(from === '' ? 0 : from.split('/').length)}${to}`;
}
