import { issuesUnder, type FieldIssue } from '../field-issue.js';
import { parseTemplate } from '../parameters/parse-template.js';
import { checkParameters } from '../parameters/resolve-parameters.js';
import { readPatch } from './read-patch.js';
import { selectorOf, type SelectorInput } from '../selector/selector-of.js';
import { validateSelector } from '../selector/validate-selector.js';
import type { PatchSpec } from './patch-spec.js';
import { objectPatternIssues, objectPatternOf, type ObjectPatternInput } from './read-object-pattern.js';

type Maybe<T> = T | null | undefined;

export interface PatchInput {
  readonly target?: Maybe<ObjectPatternInput>;
  readonly patch?: Maybe<string>;
  readonly clusters?: Maybe<SelectorInput>;
}

export const MAX_PATCHES = 64;
export const MAX_PATCH_LENGTH = 64 * 1024;

/** The patches as they are stored. Pure. */
export function patchesOf(input: Maybe<readonly PatchInput[]>): { readonly value: readonly PatchSpec[]; readonly issues: readonly FieldIssue[] } {
  const patches = input ?? [];
  if (patches.length > MAX_PATCHES) return { value: [], issues: [{ code: 'TOO_MANY', path: ['patches'], message: `At most ${MAX_PATCHES} patches.` }] };
  const read = patches.map((one, index) => patchOf(one, ['patches', String(index)]));
  return { value: read.map(({ spec }) => spec), issues: read.flatMap(({ issues }) => issues) };
}

function patchOf(input: PatchInput, path: readonly string[]): { readonly spec: PatchSpec; readonly issues: readonly FieldIssue[] } {
  const target = objectPatternOf(input.target);
  const patch = input.patch ?? '';
  const clusters = input.clusters === null || input.clusters === undefined ? undefined : selectorOf(input.clusters);
  const issues: FieldIssue[] = [...objectPatternIssues(target, [...path, 'target'])];
  if (Object.keys(target).length === 0) issues.push({ code: 'REQUIRED', path: [...path, 'target'], message: 'Say which objects are patched, by group, kind, namespace or name.' });
  if (patch.trim() === '') issues.push({ code: 'REQUIRED', path: [...path, 'patch'], message: 'Write a strategic merge patch or a JSON patch as YAML.' });
  if (patch.length > MAX_PATCH_LENGTH) issues.push({ code: 'TOO_LARGE', path: [...path, 'patch'], message: `At most ${MAX_PATCH_LENGTH / 1024} KiB.` });
  const template = checkParameters({ patch });
  if (template?.code === 'PARAMETER_INVALID') issues.push({ code: 'PARAMETER_INVALID', path: [...path, 'patch'], message: `${template.template}: ${template.reason}.` });
  if (issues.length === 0) {
    const content = readPatch(withSampleValues(patch));
    if (!content.ok) issues.push({ code: 'INVALID_VALUE', path: [...path, 'patch'], message: `${content.error.what}.` });
  }
  if (clusters !== undefined) issues.push(...issuesUnder([...path, 'clusters'], validateSelector(clusters)));
  return { spec: { target, patch, ...(clusters === undefined ? {} : { clusters }) }, issues };
}

/** The text with a value in the place of every template: it must be a patch whatever a cluster is called. */
function withSampleValues(patch: string): string {
  const parts = parseTemplate(patch);
  return parts.ok ? parts.value.map((part) => (part.kind === 'text' ? part.text : '0')).join('') : patch;
}
