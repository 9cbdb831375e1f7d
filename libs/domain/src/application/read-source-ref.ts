import type { FieldIssue } from '../field-issue.js';
import { formatArchiveRef, isArchiveDigest, isArchiveTag, isChartName } from '../source/archive-ref.js';
import { judgeVersionRange } from '../source/choose-version.js';
import { judgeRefName } from '../source/judge-ref-name.js';

type Maybe<T> = T | null | undefined;

/** How an application says what it follows: a ref; or a version or range, of a chart or of an artifact. */
export interface SourceRefInput {
  readonly ref?: Maybe<string>;
  readonly chart?: Maybe<string>;
  readonly version?: Maybe<string>;
}

export interface SourceRef {
  /** The one text under which it is followed. */
  readonly ref: string;
  readonly chart?: string;
  readonly version?: string;
}

/** Reads what is followed. Whether the type of the repository fits is judged later, see `judgeSourceOfType`. Pure. */
export function readSourceRef(input: Maybe<SourceRefInput>): { readonly value: SourceRef; readonly issues: readonly FieldIssue[] } {
  const ref = input?.ref ?? '';
  const chart = input?.chart ?? '';
  const version = input?.version ?? '';
  const issues: FieldIssue[] = [];
  if (chart !== '' && !isChartName(chart)) issues.push({ code: 'INVALID_NAME', path: ['chart'], message: `${shown(chart)} is not the name of a chart: letters, digits, dots, dashes and underscores; in a registry with slashes in between.` });
  if (ref !== '' && version !== '') issues.push({ code: 'INVALID_REF', path: ['version'], message: 'Give ref or version, not both.' });
  if (ref === '' && version === '') issues.push(nothingSaid(chart));
  const versionProblem = version === '' ? undefined : judgeVersionRange(version);
  if (versionProblem !== undefined) issues.push({ code: 'INVALID_REF', path: ['version'], message: `${shown(version)}: ${versionProblem}.` });
  const refProblem = ref === '' ? undefined : problemOfRef(ref, chart);
  if (refProblem !== undefined) issues.push({ code: 'INVALID_REF', path: ['ref'], message: `${shown(ref)}: ${refProblem}.` });
  return { value: { ref: followed(ref, chart, version), ...(chart === '' ? {} : { chart }), ...(version === '' ? {} : { version }) }, issues };
}

/** What stays as it was written is a ref; it means the same with a chart only under the chart's name. */
function followed(ref: string, chart: string, version: string): string {
  if (version !== '') return formatArchiveRef({ chart, want: { kind: 'VERSION', range: version } });
  if (chart === '') return ref;
  return formatArchiveRef({ chart, want: isArchiveDigest(ref) ? { kind: 'DIGEST', digest: ref } : { kind: 'TAG', tag: ref } });
}

function problemOfRef(ref: string, chart: string): string | undefined {
  if (isArchiveDigest(ref)) return undefined;
  if (chart === '') return judgeRefName(ref);
  return isArchiveTag(ref) ? undefined : 'a tag of a registry has letters, digits, dots, dashes and underscores, at most 128';
}

function nothingSaid(chart: string): FieldIssue {
  return chart === ''
    ? { code: 'REQUIRED', path: ['ref'], message: 'Name a branch, a tag or a full ref.' }
    : { code: 'REQUIRED', path: ['version'], message: 'Name a version of the chart, or a range such as "6.x".' };
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
