import type { FieldIssue } from '../field-issue.js';
import { labelKeyProblem, labelValueProblem } from './label-grammar.js';

/** Labels of a cluster. They are set in the hub alone; a cluster never labels itself. */
export interface Labels {
  readonly [key: string]: string;
}

export const MAX_LABELS = 64;
const RESERVED = /^([^/]+\.)?capstan\.dev\//;

/** True for keys under `capstan.dev` or a name below it: `facts.capstan.dev/provider` must never be a label, or a label could pose as a fact. */
export function isReservedLabelKey(key: string): boolean {
  return RESERVED.test(key);
}

/** Everything that is wrong with the labels of a cluster; empty when they may be stored. Paths are `[key]`. */
export function validateLabels(labels: Labels): readonly FieldIssue[] {
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS) return [{ code: 'TOO_MANY', path: [], message: `A cluster has at most ${MAX_LABELS} labels, these are ${entries.length}.` }];
  return entries.flatMap(([key, value]) => labelIssues(key, value));
}

function labelIssues(key: string, value: string): readonly FieldIssue[] {
  const keyProblem = labelKeyProblem(key);
  if (keyProblem !== undefined) return [{ code: 'LABEL_KEY_INVALID', path: [key.slice(0, 80)], message: `Label key ${quote(key)}: ${keyProblem}.` }];
  if (isReservedLabelKey(key)) return [{ code: 'LABEL_RESERVED', path: [key], message: `Label key ${quote(key)}: names under capstan.dev are reserved.` }];
  const valueProblem = labelValueProblem(value);
  return valueProblem === undefined ? [] : [{ code: 'LABEL_VALUE_INVALID', path: [key], message: `Label ${quote(key)}: ${valueProblem}.` }];
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
