import { fieldOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { healthy, suspended, type Health, type KindRules } from '../health.types.js';
import { judgeConditions } from '../judge-conditions.js';

const FAILED = [
  'BuildFailed', 'HealthCheckFailed', 'ReconciliationFailed', 'PruneFailed', 'InstallFailed', 'UpgradeFailed', 'TestFailed', 'RollbackFailed', 'RollbackSucceeded', 'UninstallFailed',
  'UninstallSucceeded', 'AuthenticationFailed', 'VerificationError', 'URLInvalid',
];

function fluxHealth(object: KubeObject, now: Date): Health {
  if (fieldOf(object, 'spec', 'suspend') === true) return suspended('Suspended');
  // A chart registry is only an address: its controller sets nothing.
  if (object.kind === 'HelmRepository' && textOf(object, 'spec', 'type') === 'oci') return healthy('Exists');
  return judgeConditions(object, now, { needs: ['Ready'], fatal: FAILED, by: 'Flux' });
}

const OUTCOMES = { HEALTHY: 'Ready', PROGRESSING: 'being reconciled', DEGRADED: 'Stalled, failed to build, apply or install, or not Ready for ten minutes', SUSPENDED: 'suspended' };

export const FLUX: readonly KindRules[] = [
  { group: 'source.toolkit.fluxcd.io', kinds: ['GitRepository', 'OCIRepository', 'HelmRepository', 'HelmChart', 'Bucket', 'ExternalArtifact'], judge: fluxHealth, outcomes: OUTCOMES },
  { group: 'kustomize.toolkit.fluxcd.io', kinds: ['Kustomization'], judge: fluxHealth, outcomes: OUTCOMES },
  { group: 'helm.toolkit.fluxcd.io', kinds: ['HelmRelease'], judge: fluxHealth, outcomes: OUTCOMES },
  { group: 'image.toolkit.fluxcd.io', kinds: ['ImageRepository', 'ImagePolicy', 'ImageUpdateAutomation'], judge: fluxHealth, outcomes: OUTCOMES },
  { group: 'notification.toolkit.fluxcd.io', kinds: ['Receiver'], judge: fluxHealth, outcomes: OUTCOMES },
];
