import { digestOfJson, type Digest, type JsonObject } from '#kernel';
import type { ApplicationSpec, HelmSpec, Renderer } from '../application/application-spec.js';
import { patchSpecJson } from '../application/patch-spec-json.js';
import type { PatchSpec } from '../application/patch-spec.js';
import type { RepositoryId } from '../ids.js';

/** The fields of a revision that decide what is rendered. Selector, sync policy and strategy decide where and how: they make no release. */
export interface RenderingFields {
  readonly repository: RepositoryId;
  readonly path: string;
  readonly renderer: Renderer;
  readonly helm?: HelmSpec | undefined;
  readonly parameters: JsonObject;
  readonly substitute: boolean;
  readonly namespace: string;
  readonly patches?: readonly PatchSpec[] | undefined;
}

/** The rendering fields of a complete specification; the repository by id, since a name can be given to another one. */
export function renderingFieldsOf(spec: ApplicationSpec, repository: RepositoryId): RenderingFields {
  const { source, parameters, substitute, namespace, patches } = spec;
  return { repository, path: source.path, renderer: source.renderer, helm: source.helm, parameters, substitute, namespace, patches };
}

/** Identity of what would be rendered. Two commits with the same watched content have the same key; the ref and the commit are not in it. */
export interface ReleaseKey {
  readonly sourceDigest: Digest;
  /** Over the rendering fields. */
  readonly specDigest: Digest;
  /** Over both. */
  readonly digest: Digest;
}

export function releaseKey(fields: RenderingFields, sourceDigest: Digest): ReleaseKey {
  const { repository, path, renderer, helm, parameters, substitute, namespace, patches } = fields;
  const specDigest = digestOfJson({ format: 1, repository, path, renderer, ...(helm === undefined ? {} : { helm: { ...helm } }), parameters, substitute, namespace, ...(patches === undefined ? {} : { patches: patches.map(patchSpecJson) }) });
  return { sourceDigest, specDigest, digest: digestOfJson({ format: 1, sourceDigest, specDigest }) };
}

export type ReleaseDecision =
  | { readonly release: false }
  | { readonly release: true; readonly because: 'FIRST' | 'SOURCE_CHANGED' | 'SPECIFICATION_CHANGED' };

/**
 * Whether a candidate becomes a release. It is compared with the newest release alone, so that a revert to older content is
 * a release of its own.
 */
export function shouldRelease(newest: ReleaseKey | undefined, candidate: ReleaseKey): ReleaseDecision {
  if (newest === undefined) return { release: true, because: 'FIRST' };
  if (newest.digest === candidate.digest) return { release: false };
  return { release: true, because: newest.specDigest === candidate.specDigest ? 'SOURCE_CHANGED' : 'SPECIFICATION_CHANGED' };
}
