import { digestOfJson, type Digest } from '#kernel';
import type { RepositoryId } from '../ids.js';

/** What of one further source counts for a release. */
export interface FurtherDigest {
  readonly name: string;
  readonly repository: RepositoryId;
  readonly digest: Digest;
}

/** The source digest of an application: that of its source alone, or one over all of its sources. Their order makes no difference. Pure. */
export function combineSourceDigests(own: Digest, further: readonly FurtherDigest[]): Digest {
  if (further.length === 0) return own;
  const sources = further.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, repository, digest }) => [name, repository, digest]);
  return digestOfJson({ format: 1, own, sources });
}
