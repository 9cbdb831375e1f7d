import { digestOfJson, type Digest } from '#kernel';
import type { AssignmentOrder } from '../target/assignment.js';

const PREFIX = 'capstan-content-';
const ID = /^[0-9a-f]{32}$/;

/** What of an order says which content it has. */
export type OrderOfContent = Pick<AssignmentOrder, 'parametersDigest' | 'patches'> & { readonly release: Pick<AssignmentOrder['release'], 'id'> };

/** Names the rendered content of an order, of one release with one set of parameters and patches, wherever these stand: 32 hexadecimal digits. */
export function contentId({ release, parametersDigest, patches }: OrderOfContent): string {
  const patched: { readonly patches?: Digest } = patches === undefined ? {} : { patches: digestOfJson(patches.map(({ target, patch }) => ({ target: { ...target }, patch }))) };
  return digestOfJson({ release: release.id, parametersDigest, ...patched }).slice('sha256:'.length, 'sha256:'.length + 32);
}

/** Under what name the content of an order is stored in its cluster. A DNS label, fit for the name of a Secret. */
export function contentKey(order: OrderOfContent): string {
  return `${PREFIX}${contentId(order)}`;
}

/** The id of content that is stored under a key; undefined: nothing of ours. */
export function contentIdOf(key: string): string | undefined {
  const id = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : '';
  return isContentId(id) ? id : undefined;
}

export function isContentId(text: string): boolean {
  return ID.test(text);
}
