import { fieldOf, numberOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, impatient, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, suspended, type Health } from '../health.types.js';
import { isStale } from '../judge-conditions.js';

/** A status that is of another time: of an object that goes away, or of a generation before the newest one. */
export function unseenHealth(object: KubeObject): Health | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return progressing('Being deleted');
  const generation = numberOf(object, 'metadata', 'generation');
  const observed = numberOf(object, 'status', 'observedGeneration');
  if (generation !== undefined && observed !== undefined && observed !== generation) {
    return progressing(`The controller saw generation ${observed} of ${generation}`);
  }
  return undefined;
}

/** What holds for every kind before its own rule is asked: going away, not seen yet, or said so by the standard conditions. */
export function commonHealth(object: KubeObject): Health | undefined {
  const unseen = unseenHealth(object);
  if (unseen !== undefined) return unseen;
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return degraded(sayCondition(stalled));
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True') return progressing(sayCondition(reconciling));
  return undefined;
}

/** Conditions by which controllers sum up, the most telling first. */
const SUMMARIES = ['Ready', 'Available', 'Succeeded'];

/**
 * Kinds without a rule of their own, custom resources above all: `spec.suspend`, what says that it failed, and the condition that sums up. Without any
 * of them, existing is enough.
 */
export function genericHealth(object: KubeObject, now: Date): Health {
  if (fieldOf(object, 'spec', 'suspend') === true) return suspended('Suspended');
  const failed = conditionOf(object, 'Failed');
  if (failed?.status === 'True') return degraded(sayCondition(failed));
  const ill = conditionOf(object, 'Degraded');
  if (ill?.status === 'True') return impatient(ill, now);
  const summary = SUMMARIES.flatMap((type) => conditionOf(object, type) ?? []).at(0);
  if (summary === undefined) return healthy('Exists');
  if (isStale(object, summary)) return progressing(`${summary.type} is of generation ${summary.generation}`);
  if (summary.status === 'True') return healthy(summary.type);
  if (summary.status !== 'False') return progressing(sayCondition(summary));
  // Of a run, that is its last word.
  return summary.type === 'Succeeded' ? degraded(sayCondition(summary)) : impatient(summary, now);
}
