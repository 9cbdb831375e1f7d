import { fieldOf, listOf, numberOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, cut, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, suspended, type Health, type KindRules } from '../health.types.js';

/** The controller says the phase; what is read beside it is what it says nothing of yet. */
function rolloutHealth(object: KubeObject): Health {
  const invalid = conditionOf(object, 'InvalidSpec');
  if (invalid?.status === 'True') return degraded(sayCondition(invalid));
  // A text here, unlike anywhere else; of a Rollout that refers to a Deployment it may be a hash.
  const observed = Number(textOf(object, 'status', 'observedGeneration') ?? Number.NaN);
  const generation = numberOf(object, 'metadata', 'generation');
  if (generation !== undefined && observed < generation) return progressing(`The controller saw generation ${observed} of ${generation}`);
  const phase = textOf(object, 'status', 'phase');
  if (fieldOf(object, 'spec', 'paused') === true && phase !== 'Degraded') return suspended('Paused by its spec');

  const message = cut(textOf(object, 'status', 'message') ?? '');
  switch (phase) {
    case 'Healthy':
      return healthy(message === '' ? `Available: ${numberOf(object, 'status', 'availableReplicas') ?? 0}` : message);
    case 'Degraded':
      return degraded(message === '' ? 'Degraded' : message);
    case 'Paused':
      return suspended(`Paused: ${message === '' ? pauseReasons(object) : message}`);
    case undefined:
      return progressing('Waiting for the controller of Argo Rollouts');
    default:
      return progressing(message === '' ? 'Progressing' : message);
  }
}

function pauseReasons(object: KubeObject): string {
  const reasons = listOf(object, 'status', 'pauseConditions').flatMap((pause) => textOf(pause, 'reason') ?? []);
  return cut(reasons.length === 0 ? 'waits to be resumed' : reasons.join(', '));
}

function runHealth(object: KubeObject): Health {
  const phase = textOf(object, 'status', 'phase');
  const message = cut(textOf(object, 'status', 'message') ?? '');
  const said = message === '' ? `Phase: ${cut(phase ?? 'none')}` : `${cut(phase ?? '')}: ${message}`;
  if (phase === 'Successful') return healthy(said);
  if (phase === 'Failed' || phase === 'Error') return degraded(said);
  if (phase === 'Inconclusive') return suspended(said);
  return progressing(phase === undefined ? 'Not started yet' : said);
}

export const ARGO_ROLLOUTS: readonly KindRules[] = [
  {
    group: 'argoproj.io', kinds: ['Rollout'], judge: rolloutHealth,
    outcomes: {
      HEALTHY: 'phase Healthy of the newest generation',
      PROGRESSING: 'phase Progressing, or not seen by the controller yet',
      DEGRADED: 'phase Degraded (aborted, past its deadline, failed analysis), or an invalid spec',
      SUSPENDED: 'paused by its spec, by a canary step or before promotion',
    },
  },
  {
    group: 'argoproj.io', kinds: ['AnalysisRun', 'Experiment'], judge: runHealth,
    outcomes: { HEALTHY: 'Successful', PROGRESSING: 'Pending or Running', DEGRADED: 'Failed or Error', SUSPENDED: 'Inconclusive: a person decides' },
  },
];
