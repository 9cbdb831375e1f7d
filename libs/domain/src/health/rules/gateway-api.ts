import type { Json } from '#kernel';
import { listOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, cut, impatient, readConditions, sayCondition, type Condition } from '../conditions.js';
import { degraded, healthy, progressing, type Health, type KindRules } from '../health.types.js';
import { isStale, judgeConditions } from '../judge-conditions.js';

/** A class starts as Unknown and stays so where no controller is installed for it. */
function classHealth(object: KubeObject): Health {
  const accepted = conditionOf(object, 'Accepted');
  if (accepted?.status === 'True' && !isStale(object, accepted)) return healthy('Accepted');
  return accepted?.status === 'False' && accepted.reason !== 'Pending' ? degraded(sayCondition(accepted)) : progressing('No controller has accepted it yet');
}

function gatewayHealth(object: KubeObject, now: Date): Health {
  const own = judgeConditions(object, now, { needs: ['Programmed', 'Accepted'], fatal: ['Invalid', 'InvalidParameters', 'UnsupportedAddress'], by: 'the controller of its class' });
  if (own.health !== 'HEALTHY') return own;
  for (const listener of listOf(object, 'status', 'listeners')) {
    const bad = readConditions(listOf(listener, 'conditions')).find(({ type, status }) => status === 'False' && ['Accepted', 'ResolvedRefs', 'Programmed'].includes(type));
    if (bad !== undefined) return naming(`Listener ${textOf(listener, 'name') ?? '?'}`, impatient(bad, now));
  }
  return own;
}

/** A route is healthy when every parent that it names has accepted it and found its backends. */
function routeHealth(object: KubeObject, now: Date): Health {
  const parents = listOf(object, 'status', 'parents');
  const wanted = listOf(object, 'spec', 'parentRefs').length;
  const judged = parents.map((parent) => naming(`Parent ${textOf(parent, 'parentRef', 'name') ?? '?'}`, parentHealth(object, parent, now)));
  const bad = judged.find(({ health }) => health === 'DEGRADED') ?? judged.find(({ health }) => health !== 'HEALTHY');
  if (bad !== undefined) return bad;
  const named = new Set(parents.map((parent) => JSON.stringify([textOf(parent, 'parentRef', 'namespace'), textOf(parent, 'parentRef', 'name'), textOf(parent, 'parentRef', 'sectionName')])));
  if (named.size === 0 || named.size < wanted) return progressing(`Accepted by ${named.size} of ${wanted} parents`);
  return healthy(`Accepted by ${named.size} ${named.size === 1 ? 'parent' : 'parents'}`);
}

function parentHealth(object: KubeObject, parent: Json, now: Date): Health {
  const conditions = readConditions(listOf(parent, 'conditions'));
  const needed = ['Accepted', 'ResolvedRefs'].flatMap((type) => conditions.find((condition) => condition.type === type) ?? []);
  if (needed.some((condition) => isStale(object, condition))) return progressing('not seen the newest generation yet');
  const refused = needed.find(({ status }) => status === 'False');
  if (refused !== undefined) return isFinal(refused) ? degraded(sayCondition(refused)) : impatient(refused, now);
  return needed.some(({ type, status }) => type === 'Accepted' && status === 'True') ? healthy('Accepted') : progressing('not accepted yet');
}

/** What the author has to change. A backend may still come. */
function isFinal({ type, reason }: Condition): boolean {
  return type === 'Accepted' ? reason !== 'Pending' : reason === 'InvalidKind' || reason === 'RefNotPermitted' || reason === 'UnsupportedProtocol';
}

function naming(whose: string, { health, message }: Health): Health {
  return { health, message: cut(`${whose}: ${message}`) };
}

export const GATEWAY_API: readonly KindRules[] = [
  { group: 'gateway.networking.k8s.io', kinds: ['GatewayClass'], judge: classHealth, outcomes: { HEALTHY: 'Accepted', PROGRESSING: 'no controller has taken it', DEGRADED: 'refused' } },
  {
    group: 'gateway.networking.k8s.io', kinds: ['Gateway'], judge: gatewayHealth,
    outcomes: { HEALTHY: 'Programmed, with all its listeners', PROGRESSING: 'being programmed', DEGRADED: 'invalid, or a listener is not so for ten minutes' },
  },
  {
    group: 'gateway.networking.k8s.io', kinds: ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'], judge: routeHealth,
    outcomes: { HEALTHY: 'accepted by every parent, its backends found', PROGRESSING: 'a parent has not answered', DEGRADED: 'refused by a parent, or a backend is missing for ten minutes' },
  },
];
