import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, sayCondition } from '../conditions.js';
import { degraded, type Health, type KindRules } from '../health.types.js';
import { judgeConditions } from '../judge-conditions.js';

/** What cannot be decrypted now cannot be later. */
function sealedHealth(object: KubeObject, now: Date): Health {
  const synced = conditionOf(object, 'Synced');
  return synced?.status === 'False' ? degraded(sayCondition(synced)) : judgeConditions(object, now, { needs: ['Synced'], by: 'the controller of Sealed Secrets' });
}

function externalHealth(object: KubeObject, now: Date): Health {
  return judgeConditions(object, now, { needs: ['Ready'], fatal: ['InvalidProviderConfig', 'InvalidStoreConfiguration', 'SecretDeleted'], by: 'External Secrets' });
}

export const SECRETS: readonly KindRules[] = [
  { group: 'bitnami.com', kinds: ['SealedSecret'], judge: sealedHealth, outcomes: { HEALTHY: 'Synced: the Secret was written', PROGRESSING: 'not seen by the controller yet', DEGRADED: 'it cannot be unsealed' } },
  {
    group: 'external-secrets.io', kinds: ['ExternalSecret', 'ClusterExternalSecret', 'PushSecret', 'SecretStore', 'ClusterSecretStore'], judge: externalHealth,
    outcomes: { HEALTHY: 'Ready', PROGRESSING: 'not synced yet', DEGRADED: 'the store is not valid, or not Ready for ten minutes' },
  },
];
