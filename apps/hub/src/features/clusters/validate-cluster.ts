import { err, ok, type Result } from '#kernel';
import { parseName, validateLabels } from '#domain';
import type { ClusterLabels } from './cluster.js';
import type { InvalidClusterName, InvalidLabel } from './cluster.errors.js';

const MAX_LABELS = 64;

export function parseClusterName(text: string): Result<string, InvalidClusterName> {
  const name = parseName(text);
  return name.ok ? name : err({ code: 'INVALID_NAME', rule: name.error.rule });
}

/** Labels from outside: texts by Kubernetes' rules, none that poses as a fact or as ours. */
export function parseLabels(input: unknown): Result<ClusterLabels, InvalidLabel> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return err({ code: 'INVALID_LABEL', key: '', rule: 'labels are an object of texts' });
  const entries: [string, unknown][] = Object.entries(input);
  const labels: [string, string][] = [];
  for (const [key, value] of entries) {
    if (typeof value !== 'string') return err({ code: 'INVALID_LABEL', key: key.slice(0, 80), rule: 'the value of a label is a text' });
    labels.push([key, value]);
  }
  if (labels.length > MAX_LABELS) return err({ code: 'INVALID_LABEL', key: '', rule: `a cluster has at most ${MAX_LABELS} labels` });
  const [issue] = validateLabels(Object.fromEntries(labels));
  return issue === undefined ? ok(Object.fromEntries(labels)) : err({ code: 'INVALID_LABEL', key: (issue.path.at(-1) ?? '').toString().slice(0, 80), rule: issue.message });
}
