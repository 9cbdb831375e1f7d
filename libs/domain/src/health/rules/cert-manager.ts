import { textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, cut, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, type Health, type KindRules } from '../health.types.js';
import { judgeConditions } from '../judge-conditions.js';

/** A certificate that is being renewed is Ready and Issuing at once, and works. */
function certificateHealth(object: KubeObject, now: Date): Health {
  const ready = judgeConditions(object, now, { needs: ['Ready'], by: 'cert-manager' });
  if (ready.health === 'HEALTHY') return healthy(conditionOf(object, 'Issuing')?.status === 'True' ? 'Ready, being renewed' : 'Ready');
  const issuing = conditionOf(object, 'Issuing');
  if (issuing?.status === 'False' && issuing.reason === 'Failed') return degraded(sayCondition(issuing));
  return issuing?.status === 'True' && ready.health === 'PROGRESSING' ? progressing(sayCondition(issuing)) : ready;
}

function requestHealth(object: KubeObject, now: Date): Health {
  for (const type of ['Denied', 'InvalidRequest']) {
    const refused = conditionOf(object, type);
    if (refused?.status === 'True') return degraded(sayCondition(refused));
  }
  return judgeConditions(object, now, { needs: ['Ready'], fatal: ['Failed', 'Denied'], by: 'cert-manager' });
}

function issuerHealth(object: KubeObject, now: Date): Health {
  return judgeConditions(object, now, { needs: ['Ready'], by: 'cert-manager' });
}

function acmeHealth(object: KubeObject): Health {
  const state = textOf(object, 'status', 'state') ?? '';
  const reason = textOf(object, 'status', 'reason') ?? '';
  const said = cut(reason === '' ? `State: ${state}` : `${state}: ${reason}`);
  if (state === 'valid') return healthy(said);
  if (state === 'invalid' || state === 'expired' || state === 'errored') return degraded(said);
  return progressing(state === '' ? 'Waiting for cert-manager' : said);
}

export const CERT_MANAGER: readonly KindRules[] = [
  {
    group: 'cert-manager.io', kinds: ['Certificate'], judge: certificateHealth,
    outcomes: { HEALTHY: 'Ready, also while it is renewed', PROGRESSING: 'being issued', DEGRADED: 'the last request failed, or not Ready for ten minutes' },
  },
  {
    group: 'cert-manager.io', kinds: ['CertificateRequest'], judge: requestHealth,
    outcomes: { HEALTHY: 'issued', PROGRESSING: 'pending', DEGRADED: 'denied, invalid or failed' },
  },
  {
    group: 'cert-manager.io', kinds: ['Issuer', 'ClusterIssuer'], judge: issuerHealth,
    outcomes: { HEALTHY: 'Ready', PROGRESSING: 'not set up yet', DEGRADED: 'not Ready for ten minutes' },
  },
  {
    group: 'acme.cert-manager.io', kinds: ['Order', 'Challenge'], judge: acmeHealth,
    outcomes: { HEALTHY: 'valid', PROGRESSING: 'pending, processing or ready', DEGRADED: 'invalid, expired or errored' },
  },
];
