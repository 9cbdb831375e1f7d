import { numberOf } from '../json/read-json.js';
import type { KubeObject } from '../object/kube-object.js';
import { conditionsOf, impatient, sayCondition, type Condition } from './conditions.js';
import { degraded, healthy, progressing, type Health } from './health.types.js';

export interface NeededConditions {
  /** Types that have to be True; the first says that the object is healthy. */
  readonly needs: readonly string[];
  /** Reasons for which waiting is no use: degraded at once. */
  readonly fatal?: readonly string[];
  /** Reasons that only take time, however much. */
  readonly slow?: readonly string[];
  /** Who has to set them. */
  readonly by: string;
}

/**
 * Judges by conditions that all have to be True. One that is False is degraded after the usual patience, one that is missing, Unknown or of an
 * earlier generation is progressing. Pure.
 */
export function judgeConditions(object: KubeObject, now: Date, needed: NeededConditions, conditions: readonly Condition[] = conditionsOf(object)): Health {
  const found = needed.needs.flatMap((type) => conditions.find((condition) => condition.type === type) ?? []);
  const stale = found.find((condition) => isStale(object, condition));
  if (stale !== undefined) return progressing(`${stale.type} is of generation ${stale.generation}`);
  const bad = found.filter(({ status }) => status === 'False').toSorted((a, b) => Number(isSlow(a, needed)) - Number(isSlow(b, needed)));
  const judged = bad.map((condition) => judgeBad(condition, now, needed));
  const worst = judged.find(({ health }) => health === 'DEGRADED') ?? judged[0];
  if (worst !== undefined) return worst;
  const open = found.find(({ status }) => status !== 'True');
  if (open !== undefined) return progressing(sayCondition(open));
  const [first] = found;
  if (first === undefined || found.length < needed.needs.length) return progressing(`Waiting for ${needed.by}`);
  return healthy(first.type);
}

export function isStale(object: KubeObject, { generation }: Condition): boolean {
  const newest = numberOf(object, 'metadata', 'generation');
  return generation !== undefined && newest !== undefined && generation < newest;
}

function judgeBad(condition: Condition, now: Date, needed: NeededConditions): Health {
  if (needed.fatal?.includes(condition.reason)) return degraded(sayCondition(condition));
  return isSlow(condition, needed) ? progressing(sayCondition(condition)) : impatient(condition, now);
}

function isSlow({ reason }: Condition, { slow }: NeededConditions): boolean {
  return slow?.includes(reason) ?? false;
}
