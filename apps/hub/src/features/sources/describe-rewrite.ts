import { assertNever } from '#kernel';
import type { RefPoint } from '#domain';
import type { Rewrite } from './source.store.js';

/** What happened to a ref, with both commits in full, as they are needed to approve. Pure. */
export function describeRewrite(ref: string, { kind, from, to }: Rewrite): string {
  const now = to?.commit ?? 'nowhere';
  if (isVersion(from) && (to === undefined || isVersion(to))) return describeVersion(ref, from, to);
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

function isVersion({ fullRef }: RefPoint): boolean {
  return fullRef.startsWith('version/');
}

/** Of a chart or artifact: a version is one thing for ever, and only a higher one follows it. */
function describeVersion(ref: string, from: RefPoint, to: RefPoint | undefined): string {
  const [before, now] = [from, to].map((point) => point?.fullRef.slice('version/'.length));
  if (to === undefined) return `${ref} was version ${before} with ${from.commit}, and no version fits it now.`;
  if (before === now) return `Version ${before} of ${ref} had the digest ${from.commit} and has ${to.commit} now.`;
  return `${ref} was version ${before} with ${from.commit}, which is gone; the highest that is left is ${now} with ${to.commit}.`;
}
