import { fieldOf, numberOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, cut } from '../conditions.js';
import { degraded, healthy, progressing, suspended, type Health, type KindRules } from '../health.types.js';

function canaryHealth(object: KubeObject): Health {
  if (fieldOf(object, 'spec', 'suspend') === true) return suspended('Suspended');
  const phase = textOf(object, 'status', 'phase') ?? '';
  const message = conditionOf(object, 'Promoted')?.message ?? '';
  const said = cut(message === '' ? `Phase: ${phase}` : `${phase}: ${message}`);
  switch (phase) {
    case 'Initialized':
    case 'Succeeded':
      return healthy(said);
    case 'Failed':
      return degraded(said);
    case 'Waiting':
    case 'WaitingPromotion':
      return suspended(said);
    case '':
      return progressing('Waiting for Flagger');
    case 'Progressing':
      return progressing(`${said} (weight ${numberOf(object, 'status', 'canaryWeight') ?? 0})`);
    default:
      return progressing(said);
  }
}

export const FLAGGER: readonly KindRules[] = [
  {
    group: 'flagger.app', kinds: ['Canary'], judge: canaryHealth,
    outcomes: { HEALTHY: 'Initialized or Succeeded', PROGRESSING: 'analysis or promotion is under way', DEGRADED: 'Failed: rolled back', SUSPENDED: 'suspended, or waits for approval' },
  },
];
