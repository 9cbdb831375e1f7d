import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, sayCondition } from '../conditions.js';
import { degraded, healthy, suspended, type Health, type KindRules } from '../health.types.js';
import { judgeConditions } from '../judge-conditions.js';

/** Whether there is load (Active) is no matter of health. */
function scaledHealth(object: KubeObject, now: Date): Health {
  if (conditionOf(object, 'Paused')?.status === 'True') return suspended('Paused');
  const fallback = conditionOf(object, 'Fallback');
  if (fallback?.status === 'True') return degraded(sayCondition(fallback));
  const ready = judgeConditions(object, now, { needs: ['Ready'], by: 'KEDA' });
  return ready.health === 'HEALTHY' ? healthy(conditionOf(object, 'Active')?.status === 'True' ? 'Ready, active' : 'Ready, no load') : ready;
}

export const KEDA: readonly KindRules[] = [
  {
    group: 'keda.sh', kinds: ['ScaledObject', 'ScaledJob'], judge: scaledHealth,
    outcomes: { HEALTHY: 'Ready, with or without load', PROGRESSING: 'not set up yet', DEGRADED: 'it runs on fallback replicas, or is not Ready for ten minutes', SUSPENDED: 'paused' },
  },
];
