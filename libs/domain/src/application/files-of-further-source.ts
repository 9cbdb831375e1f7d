import type { HelmSpec, SourceSpec } from './application-spec.js';
import { resolveRepositoryPath } from '../source/repository-path.js';
import { splitSourceFile, type FurtherSource } from './further-source.js';

/** Whether values files come from a source: then nothing else does. Pure. */
export function isForValues(helm: Pick<HelmSpec, 'valuesFiles'> | undefined, name: string): boolean {
  return (helm?.valuesFiles ?? []).some((file) => splitSourceFile(file)?.source === name);
}

/** Whether kustomizations of an application may have bases in a further source. Pure. */
export function mayHaveBases({ helm, renderer }: Pick<SourceSpec, 'helm' | 'renderer'>, name: string): boolean {
  return !isForValues(helm, name) && (renderer === 'AUTO' || renderer === 'KUSTOMIZE');
}

/**
 * The paths in a further source whose content an application uses, from the root of it: the values files that it names, or else the whole directory of the source, in
 * which kustomizations may have their bases. Pure.
 */
export function filesOfFurtherSource({ source }: { readonly source: Pick<SourceSpec, 'helm' | 'renderer'> }, { name, path, watch }: FurtherSource): readonly string[] {
  const files = (source.helm?.valuesFiles ?? []).flatMap((file) => {
    const named = splitSourceFile(file);
    return named?.source === name ? (resolveRepositoryPath(path, named.path) ?? []) : [];
  });
  return [...new Set([...files, ...(mayHaveBases(source, name) ? [path] : []), ...watch])];
}
