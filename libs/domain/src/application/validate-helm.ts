import type { FieldIssue } from '../field-issue.js';
import { resolveRepositoryPath } from '../source/repository-path.js';
import { splitSourceFile, type FurtherSource } from './further-source.js';
import type { HelmSpec, Renderer } from './application-spec.js';

type Maybe<T> = T | null | undefined;

export interface HelmInput {
  readonly valuesFiles?: Maybe<readonly string[]>;
  readonly releaseName?: Maybe<string>;
  readonly skipHooks?: Maybe<boolean>;
}

export const MAX_VALUES_FILES = 32;
/** Helm's own bound: charts append to it and stay inside the 63 characters of a label. */
export const LONGEST_RELEASE_NAME = 53;
const RELEASE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * What `source.helm` says, with its defaults, and the renderer that follows from it: with `source.helm` AUTO is HELM. Pure.
 * @param path of the application, from which values files are named
 * @param sources in which they may lie besides
 */
export function helmOf(input: Maybe<HelmInput>, path: string, renderer: Renderer, sources: readonly FurtherSource[] = []): { readonly spec: HelmSpec | undefined; readonly renderer: Renderer; readonly issues: readonly FieldIssue[] } {
  if (input === null || input === undefined) return { spec: undefined, renderer, issues: [] };
  const valuesFiles = input.valuesFiles ?? [];
  const releaseName = input.releaseName ?? '';
  const issues: FieldIssue[] = [];
  if (renderer !== 'AUTO' && renderer !== 'HELM') issues.push({ code: 'INVALID_PATH', path: ['source', 'helm'], message: `source.helm is for charts, and source.renderer says ${renderer.toLowerCase()}.` });
  if (valuesFiles.length > MAX_VALUES_FILES) issues.push({ code: 'TOO_MANY', path: ['source', 'helm', 'valuesFiles'], message: `At most ${MAX_VALUES_FILES} values files.` });
  for (const [index, file] of valuesFiles.slice(0, MAX_VALUES_FILES).entries()) {
    const problem = problemOf(file, path, sources);
    if (problem !== undefined) issues.push({ code: 'INVALID_PATH', path: ['source', 'helm', 'valuesFiles', String(index)], message: `${JSON.stringify(file.slice(0, 80))} ${problem}.` });
  }
  if (releaseName !== '' && !(RELEASE_NAME.test(releaseName) && releaseName.length <= LONGEST_RELEASE_NAME)) {
    issues.push({ code: 'INVALID_NAME', path: ['source', 'helm', 'releaseName'], message: `${JSON.stringify(releaseName.slice(0, 80))} is not the name of a release: 1 to ${LONGEST_RELEASE_NAME} lower-case letters, digits and dashes.` });
  }
  return { spec: { valuesFiles: [...valuesFiles], releaseName, skipHooks: input.skipHooks ?? false }, renderer: 'HELM', issues };
}

function problemOf(file: string, path: string, sources: readonly FurtherSource[]): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(file)) return 'is a URL, and nothing is fetched while a chart is rendered: name a file of the repository';
  if (file.length > 500) return 'is longer than 500 characters';
  if (file.startsWith('$')) {
    const named = splitSourceFile(file);
    const source = sources.find(({ name }) => name === named?.source);
    if (named === undefined || source === undefined) return 'names no source: a file of another source is written as $name/path, with a name of sources';
    const inSource = resolveRepositoryPath(source.path, named.path);
    return inSource === undefined || inSource === '' ? `is not a file of the source ${source.name}` : undefined;
  }
  const resolved = file === '' ? undefined : resolveRepositoryPath(path, file);
  if (resolved === undefined || resolved === '') return 'is not a file of the repository, named from source.path';
  return undefined;
}
