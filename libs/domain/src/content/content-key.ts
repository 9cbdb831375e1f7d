import { digestOfJson, type Digest } from '#kernel';
import type { AssignmentOrder } from '../target/assignment.js';

/** Name of the rendered content of an order: of one release with one set of parameters and patches, wherever these stand. A DNS label, fit for the name of a Secret. */
export function contentKey({ release, parametersDigest, patches }: Pick<AssignmentOrder, 'parametersDigest' | 'patches'> & { readonly release: Pick<AssignmentOrder['release'], 'id'> }): string {
  const patched: { readonly patches?: Digest } = patches === undefined ? {} : { patches: digestOfJson(patches.map(({ target, patch }) => ({ target: { ...target }, patch }))) };
  return `capstan-content-${digestOfJson({ release: release.id, parametersDigest, ...patched }).slice('sha256:'.length, 'sha256:'.length + 32)}`;
}
