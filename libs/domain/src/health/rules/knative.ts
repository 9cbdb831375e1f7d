import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, sayCondition } from '../conditions.js';
import { degraded, type Health, type KindRules } from '../health.types.js';
import { judgeConditions } from '../judge-conditions.js';

/** Knative says Unknown while it works, so that False is its last word. */
function knativeHealth(object: KubeObject, now: Date): Health {
  const ready = conditionOf(object, 'Ready');
  return ready?.status === 'False' ? degraded(sayCondition(ready)) : judgeConditions(object, now, { needs: ['Ready'], by: 'Knative' });
}

const OUTCOMES = { HEALTHY: 'Ready, also when scaled to zero', PROGRESSING: 'Ready is Unknown', DEGRADED: 'not Ready' };

export const KNATIVE: readonly KindRules[] = [
  { group: 'serving.knative.dev', kinds: ['Service', 'Configuration', 'Revision', 'Route', 'DomainMapping'], judge: knativeHealth, outcomes: OUTCOMES },
  { group: 'eventing.knative.dev', kinds: ['Broker', 'Trigger'], judge: knativeHealth, outcomes: OUTCOMES },
];
