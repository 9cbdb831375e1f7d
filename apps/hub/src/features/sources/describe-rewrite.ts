import { assertNever } from '#kernel';
import type { Rewrite } from './source.store.js';

/** What happened to a ref, with both commits in full, as they are needed to approve. Pure. */
export function describeRewrite(ref: string, { kind, from, to }: Rewrite): string {
  const now = to?.commit ?? 'nowhere';
  switch (kind) {
    case 'DIVERGED':
      return `The branch ${ref} was at ${from.commit} and is at ${now} now, which does not descend from it.`;
    case 'TAG_MOVED':
      return `The tag ${ref} was at ${from.commit} and is at ${now} now.`;
    case 'RENAMED':
      return `${ref} stood for ${from.fullRef} at ${from.commit} and stands for ${to?.fullRef ?? 'nothing'} at ${now} now.`;
    case 'DELETED':
      return `${ref} was ${from.fullRef} at ${from.commit} and is gone.`;
    default:
      return assertNever(kind);
  }
}
