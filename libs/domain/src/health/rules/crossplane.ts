import { fieldOf, textOf } from '../../json/read-json.js';
import { parseApiVersion, type KubeObject } from '../../object/kube-object.js';
import { conditionOf, impatient, sayCondition } from '../conditions.js';
import { progressing, suspended, type Health, type KindRule, type KindRules } from '../health.types.js';
import { judgeConditions } from '../judge-conditions.js';

/** Databases and clusters take their time: that alone is no failure. */
const SLOW = ['Creating', 'Waiting'];

/** Managed resources, composite resources and claims: Synced says that it was accepted, Ready that it can be used. */
function crossplaneHealth(object: KubeObject, now: Date): Health {
  const synced = conditionOf(object, 'Synced');
  if (isPaused(object) || synced?.reason === 'ReconcilePaused') return suspended('Paused (crossplane.io/paused)');
  const operation = conditionOf(object, 'LastAsyncOperation');
  if (operation?.status === 'False') return impatient(operation, now);
  return judgeConditions(object, now, { needs: ['Ready', 'Synced'], slow: SLOW, by: 'its provider' });
}

/** Providers, Configurations and Functions. */
function packageHealth(object: KubeObject, now: Date): Health {
  if (isPaused(object)) return suspended('Paused (crossplane.io/paused)');
  const installed = conditionOf(object, 'Installed');
  if (installed?.status === 'False' && installed.reason === 'InactivePackageRevision') {
    return textOf(object, 'spec', 'revisionActivationPolicy') === 'Manual' ? suspended('Its revision waits to be activated by hand') : progressing(sayCondition(installed));
  }
  return judgeConditions(object, now, { needs: ['Healthy', 'Installed'], by: 'the package manager of Crossplane' });
}

function definitionHealth(object: KubeObject, now: Date): Health {
  const isOffered = fieldOf(object, 'spec', 'claimNames') !== undefined;
  return judgeConditions(object, now, { needs: isOffered ? ['Established', 'Offered'] : ['Established'], by: 'Crossplane' });
}

function isPaused(object: KubeObject): boolean {
  return object.metadata.annotations?.['crossplane.io/paused'] === 'true';
}

export const CROSSPLANE: readonly KindRules[] = [
  {
    group: 'pkg.crossplane.io', kinds: ['Provider', 'Configuration', 'Function'], judge: packageHealth,
    outcomes: { HEALTHY: 'Installed and Healthy', PROGRESSING: 'being unpacked or started', DEGRADED: 'not so for ten minutes', SUSPENDED: 'paused, or its revision is activated by hand' },
  },
  {
    group: 'apiextensions.crossplane.io', kinds: ['CompositeResourceDefinition'], judge: definitionHealth,
    outcomes: { HEALTHY: 'Established, and Offered where it has claims', PROGRESSING: 'not yet', DEGRADED: 'not so for ten minutes' },
  },
];

/** Kinds of providers and of compositions have names of their own: they are known by what they look like. */
export const CROSSPLANE_RESOURCE: Omit<KindRules, 'group' | 'kinds'> = {
  judge: crossplaneHealth,
  outcomes: { HEALTHY: 'Synced and Ready', PROGRESSING: 'being created', DEGRADED: 'refused or unavailable for ten minutes', SUSPENDED: 'paused' },
};

/** Kinds in groups of providers that only hold settings. */
const SETTINGS = /^(Cluster)?(ProviderConfig|ProviderConfigUsage|StoreConfig)$/;

/** The rule for an object of a group that is not in the table, if Crossplane runs it. */
export function crossplaneRule(object: KubeObject): KindRule | undefined {
  const { group } = parseApiVersion(object.apiVersion);
  const isOfProvider = (group.endsWith('.crossplane.io') && !OWN_GROUPS.includes(group)) || group.endsWith('.upbound.io');
  if (isOfProvider) return SETTINGS.test(object.kind) ? undefined : crossplaneHealth;
  const isComposed = ['compositionRef', 'compositionSelector', 'compositionRevisionRef', 'crossplane'].some((name) => fieldOf(object, 'spec', name) !== undefined);
  const isSynced = conditionOf(object, 'Synced') !== undefined && conditionOf(object, 'Ready') !== undefined;
  return isComposed || isSynced ? crossplaneHealth : undefined;
}

/** Compositions, locks and the like: what is there works. */
const OWN_GROUPS = ['apiextensions.crossplane.io', 'pkg.crossplane.io', 'meta.pkg.crossplane.io', 'secrets.crossplane.io', 'ops.crossplane.io', 'protection.crossplane.io'];
