import { issuesUnder, type FieldIssue } from '../field-issue.js';
import { parseName } from '../names.js';
import type { FurtherSource } from './further-source.js';
import { normalizeSourcePath } from './normalize-source-path.js';
import { readSourceRef, type SourceRefInput } from './read-source-ref.js';

type Maybe<T> = T | null | undefined;

export interface FurtherSourceInput extends SourceRefInput {
  readonly name?: Maybe<string>;
  readonly repository?: Maybe<string>;
  readonly path?: Maybe<string>;
  readonly watch?: Maybe<readonly string[]>;
}

export const MAX_FURTHER_SOURCES = 8;
const MAX_WATCHED = 64;

/** The further sources of an application, or what is wrong with them. Pure. */
export function furtherSourcesOf(inputs: Maybe<readonly FurtherSourceInput[]>): { readonly value: readonly FurtherSource[]; readonly issues: readonly FieldIssue[] } {
  const list = inputs ?? [];
  const issues: FieldIssue[] = list.length > MAX_FURTHER_SOURCES ? [{ code: 'TOO_MANY', path: ['sources'], message: `At most ${MAX_FURTHER_SOURCES} further sources.` }] : [];
  const names = new Set<string>();
  const value = list.slice(0, MAX_FURTHER_SOURCES).map((input, index) => {
    const read = readOne(input);
    const { name } = read.value;
    const twice: readonly FieldIssue[] = names.has(name) ? [{ code: 'INVALID_NAME', path: ['name'], message: `Another source is called ${JSON.stringify(name)}.` }] : [];
    names.add(name);
    issues.push(...issuesUnder(['sources', String(index)], [...read.issues, ...twice]));
    return read.value;
  });
  return { value, issues };
}

function readOne(input: FurtherSourceInput): { readonly value: FurtherSource; readonly issues: readonly FieldIssue[] } {
  const name = input.name ?? '';
  const repository = input.repository ?? '';
  const followed = readSourceRef(input);
  const path = normalizeSourcePath(input.path ?? '');
  const watch = (input.watch ?? []).slice(0, MAX_WATCHED).map(normalizeSourcePath);
  const issues: FieldIssue[] = [...followed.issues];
  if (!parseName(name).ok) issues.push({ code: 'INVALID_NAME', path: ['name'], message: `${JSON.stringify(name.slice(0, 80))} is not the name of a source: 1 to 63 lower-case letters, digits and dashes.` });
  if (repository === '') issues.push({ code: 'REQUIRED', path: ['repository'], message: 'Name a repository of the project.' });
  else if (!parseName(repository).ok) issues.push({ code: 'INVALID_NAME', path: ['repository'], message: `${JSON.stringify(repository.slice(0, 80))} is not the name of a repository.` });
  if (!path.ok) issues.push({ code: 'INVALID_PATH', path: ['path'], message: `${path.error}.` });
  if ((input.watch ?? []).length > MAX_WATCHED) issues.push({ code: 'TOO_MANY', path: ['watch'], message: `At most ${MAX_WATCHED} watched paths.` });
  for (const [index, one] of watch.entries()) if (!one.ok) issues.push({ code: 'INVALID_PATH', path: ['watch', String(index)], message: `${one.error}.` });
  return { value: { name, repository, ...followed.value, path: path.ok ? path.value : '', watch: [...new Set(watch.flatMap((one) => (one.ok ? [one.value] : [])))] }, issues };
}
