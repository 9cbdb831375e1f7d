import type { JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { isObject, listAt, stringAt } from '../json/read-json.js';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Conditions with their times: a time stays as long as the status of its condition does. */
export function withTimes(live: KubeObject, conditions: readonly Condition[], now: string, timeFields: readonly string[] = ['lastTransitionTime']): readonly JsonObject[] {
  const before = listAt(live, 'status', 'conditions').filter(isObject);
  return conditions.map((condition) => {
    const old = before.find((one) => one['type'] === condition.type);
    const isSame = old?.['status'] === condition.status;
    const isUntouched = isSame && old?.['reason'] === condition.reason;
    const times = timeFields.map((field) => [field, (field === 'lastTransitionTime' ? isSame : isUntouched) ? (stringAt(old, field) ?? now) : now]);
    return { ...condition, ...Object.fromEntries(times) };
  });
}

export function isReady(object: KubeObject): boolean {
  return listAt(object, 'status', 'conditions').some((condition) => isObject(condition) && condition['type'] === 'Ready' && condition['status'] === 'True');
}

/** Counts as the status of workloads shows them: zero is left out. */
export function counts(values: Readonly<Record<string, number>>): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));
}
