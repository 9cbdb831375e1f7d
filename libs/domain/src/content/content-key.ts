import { digestOfJson, type Digest } from '#kernel';
import type { ReleaseId } from '../ids.js';

/** Name of the rendered content of one release with one set of parameters: a DNS label, fit for the name of a Secret. */
export function contentKey(release: ReleaseId, parametersDigest: Digest): string {
  return `capstan-content-${digestOfJson({ release, parametersDigest }).slice('sha256:'.length, 'sha256:'.length + 32)}`;
}
