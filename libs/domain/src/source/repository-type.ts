/** GIT: commits of a Git repository. OCI: charts and artifacts in a registry. HELM: a chart repository with an index.yaml. */
export type RepositoryType = 'GIT' | 'OCI' | 'HELM';
export const REPOSITORY_TYPES: readonly RepositoryType[] = Object.freeze(['GIT', 'OCI', 'HELM']);

export function isRepositoryType(text: string): text is RepositoryType {
  return (REPOSITORY_TYPES as readonly string[]).includes(text);
}
