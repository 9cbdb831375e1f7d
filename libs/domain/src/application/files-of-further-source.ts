import { resolveRepositoryPath } from '../source/repository-path.js';
import type { ApplicationSpec } from './application-spec.js';
import { splitSourceFile, type FurtherSource } from './further-source.js';

/** The paths in a further source whose content an application uses, from the root of it. Pure. */
export function filesOfFurtherSource({ source: { helm } }: Pick<ApplicationSpec, 'source'>, { name, path, watch }: FurtherSource): readonly string[] {
  const files = (helm?.valuesFiles ?? []).flatMap((file) => {
    const named = splitSourceFile(file);
    return named?.source === name ? (resolveRepositoryPath(path, named.path) ?? []) : [];
  });
  return [...new Set([...files, ...watch])];
}
