import { textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, impatient, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, type Health } from '../health.types.js';

export function namespaceHealth(object: KubeObject): Health {
  return textOf(object, 'status', 'phase') === 'Terminating' ? progressing('Terminating') : healthy('Active');
}

/** A CRD is healthy when its objects can be written: established, with its names accepted. */
export function customResourceDefinitionHealth(object: KubeObject): Health {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return degraded(sayCondition(names));
  const established = conditionOf(object, 'Established');
  if (established?.status === 'True') return healthy('Established');
  if (established?.status === 'False' && established.reason !== 'Installing') return degraded(sayCondition(established));
  return progressing('Not established yet');
}

export function apiServiceHealth(object: KubeObject, now: Date): Health {
  const available = conditionOf(object, 'Available');
  if (available === undefined) return progressing('Waiting for the aggregator');
  return available.status === 'True' ? healthy('Available') : impatient(available, now);
}
