import { parseApiVersion, type KubeObject } from '../object/kube-object.js';
import type { Health, KindRule, KindRules } from './health.types.js';
import { ARGO_ROLLOUTS } from './rules/argo-rollouts.js';
import { CERT_MANAGER } from './rules/cert-manager.js';
import { CLUSTER_API } from './rules/cluster-api.js';
import { CROSSPLANE, crossplaneRule } from './rules/crossplane.js';
import { FLAGGER } from './rules/flagger.js';
import { FLUX } from './rules/flux.js';
import { GATEWAY_API } from './rules/gateway-api.js';
import { commonHealth, genericHealth } from './rules/generic.js';
import { KEDA } from './rules/keda.js';
import { KNATIVE } from './rules/knative.js';
import { KUBERNETES } from './rules/kubernetes.js';
import { PULUMI } from './rules/pulumi.js';
import { SECRETS } from './rules/secrets.js';
import { TERRAFORM } from './rules/terraform.js';

/** All built-in rules, by where their kinds come from. */
export const BUILT_IN_RULES: ReadonlyMap<string, readonly KindRules[]> = new Map([
  ['Kubernetes', KUBERNETES],
  ['Argo Rollouts', ARGO_ROLLOUTS],
  ['cert-manager', CERT_MANAGER],
  ['Crossplane', CROSSPLANE],
  ['Terraform', TERRAFORM],
  ['Pulumi', PULUMI],
  ['Cluster API', CLUSTER_API],
  ['Sealed Secrets and External Secrets', SECRETS],
  ['Flagger', FLAGGER],
  ['Flux', FLUX],
  ['Gateway API', GATEWAY_API],
  ['KEDA', KEDA],
  ['Knative', KNATIVE],
]);

/** By `group/Kind`; other kinds are judged by what they look like. */
const RULES: ReadonlyMap<string, KindRule> = new Map([...BUILT_IN_RULES.values()].flat().flatMap(({ group, kinds, judge }) => kinds.map((kind) => [`${group}/${kind}`, judge] as const)));

/**
 * Judges one live object after the rules of kstatus, with three deliberate differences: a failed pod is degraded, a running
 * Job is progressing until it has completed, and a condition that stays bad for ten minutes is degraded.
 *
 * @param object the live object; undefined only when the server said that it does not exist (a failed read is not MISSING)
 * @param now wall-clock time, for windows counted from timestamps of the server
 */
export function healthOf(object: KubeObject | undefined, now: Date): Health {
  if (object === undefined) return { health: 'MISSING', message: 'Not in the cluster' };
  const rule = RULES.get(`${parseApiVersion(object.apiVersion).group}/${object.kind}`) ?? crossplaneRule(object) ?? genericHealth;
  return commonHealth(object) ?? rule(object, now);
}
