/** A place beside `source` from which an application takes values files. */
export interface FurtherSource {
  /** Under which `helm.valuesFiles` names it: `$name/path/in/it`. Kustomizations name it by the URL of its repository. */
  readonly name: string;
  /** Name of a repository of the same project. */
  readonly repository: string;
  /** As in `SourceSpec`. */
  readonly ref: string;
  readonly chart?: string;
  readonly version?: string;
  /** Directory from which its files are named; '' is the root. */
  readonly path: string;
  /** Further paths whose change makes a release. */
  readonly watch: readonly string[];
}

const OF_SOURCE = /^\$([^/]+)\/(.+)$/;

/** What `$name/path` names; undefined for a file of the application's own source. Pure. */
export function splitSourceFile(file: string): { readonly source: string; readonly path: string } | undefined {
  const [, source, path] = OF_SOURCE.exec(file) ?? [];
  return source === undefined || path === undefined ? undefined : { source, path };
}
