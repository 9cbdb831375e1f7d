import { textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, cut } from '../conditions.js';
import { degraded, healthy, progressing, type Health, type KindRules } from '../health.types.js';
import { judgeConditions } from '../judge-conditions.js';

/** Ready and Reconciling where the operator sets them, else the state of the last update. */
function stackHealth(object: KubeObject, now: Date): Health {
  const state = textOf(object, 'status', 'lastUpdate', 'state');
  if (conditionOf(object, 'Ready')?.status !== 'True' && state === 'failed') {
    const message = textOf(object, 'status', 'lastUpdate', 'message') ?? '';
    return degraded(cut(`The last update failed${message === '' ? '' : `: ${message}`}`));
  }
  if (conditionOf(object, 'Ready') !== undefined) return judgeConditions(object, now, { needs: ['Ready'], by: 'the operator of Pulumi' });
  return state === 'succeeded' ? healthy('The last update succeeded') : progressing('Waiting for the operator of Pulumi');
}

export const PULUMI: readonly KindRules[] = [
  { group: 'pulumi.com', kinds: ['Stack'], judge: stackHealth, outcomes: { HEALTHY: 'Ready, or the last update succeeded', PROGRESSING: 'being updated', DEGRADED: 'the last update failed, Stalled, or not Ready for ten minutes' } },
];
