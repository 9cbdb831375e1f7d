import { judgeMeasurement, resolveMetricQuery, type JobGateSpec, type JudgedMeasurement, type MetricGateSpec } from '#domain';
import type { ClaimedCheck } from './claim-checks.js';
import type { AgentSilence, ClusterAsker } from './cluster-asker.js';

/** What came of asking. ANSWERED counts. NO_ANSWER neither passes nor fails, and is asked again when its turn comes. NOT_ASKED is asked again soon. */
export type CheckOutcome =
  | ({ readonly kind: 'ANSWERED'; readonly value: number | undefined } & JudgedMeasurement)
  | { readonly kind: 'NO_ANSWER'; readonly message: string }
  | { readonly kind: 'NOT_ASKED'; readonly message: string; readonly againSeconds: number };

const SOON_SECONDS = 5;
const LOOK_SECONDS = 3;

/** Asks the agent of a cluster for what a gate wants to know there, once. Never rejects. */
export async function askCheck(asker: ClusterAsker, check: ClaimedCheck, signal: AbortSignal): Promise<CheckOutcome> {
  return check.spec.kind === 'JOB' ? askForJob(asker, check, check.spec, signal) : measure(asker, check, check.spec, signal);
}

/** How often one asks the same of a check: a Job is looked at while it runs. */
export function intervalOf({ spec }: Pick<ClaimedCheck, 'spec'>): number {
  return spec.kind === 'JOB' ? LOOK_SECONDS : spec.intervalSeconds;
}

async function measure(asker: ClusterAsker, check: ClaimedCheck, spec: MetricGateSpec, signal: AbortSignal): Promise<CheckOutcome> {
  const { context } = check;
  const query = resolveMetricQuery(spec.query, context);
  if (!query.ok) return { kind: 'NO_ANSWER', message: query.error.message };
  const measured = await asker.measureMetric(check.cluster, query.value, signal);
  if (!measured.ok) return whyNot(measured.error, context.cluster.name);
  const { value, warnings } = measured.value;
  const judged = judgeMeasurement(spec, check, value, context.cluster.name);
  return { kind: 'ANSWERED', value, ...judged, message: `${judged.message}${warnings.map((warning) => `; Prometheus warns: ${warning}`).join('')}` };
}

/** The run of the check is the run of the Job: asked again, it is the same one. */
async function askForJob(asker: ClusterAsker, { cluster, target, release, run, hasAnswered, context }: ClaimedCheck, { job }: JobGateSpec, signal: AbortSignal): Promise<CheckOutcome> {
  const answered = await asker.gateJob(cluster, { target, release, job, run, hasBegun: hasAnswered }, signal);
  if (!answered.ok) return whyNot(answered.error, context.cluster.name);
  const { state, message } = answered.value;
  const verdict = state === 'RUNNING' ? undefined : state === 'SUCCEEDED' ? 'PASSED' : 'FAILED';
  const says = message === '' ? '' : `: ${message}`;
  const words = { RUNNING: 'runs', SUCCEEDED: 'has succeeded', FAILED: 'has failed' } as const;
  return { kind: 'ANSWERED', value: undefined, verdict, passes: verdict === 'PASSED' ? 1 : 0, failures: verdict === 'FAILED' ? 1 : 0, message: `Job ${job} ${words[state]} in cluster ${context.cluster.name}${says}` };
}

/** Silence is no answer, whatever is behind it. */
function whyNot({ code, message = '' }: AgentSilence, cluster: string): CheckOutcome {
  const says = message === '' ? '' : `: ${message}`;
  switch (code) {
    case 'AGENT_NOT_CONNECTED':
      return { kind: 'NOT_ASKED', message: `The agent of cluster ${cluster} is not connected`, againSeconds: SOON_SECONDS };
    case 'ABORTED':
      return { kind: 'NOT_ASKED', message: '', againSeconds: 0 };
    case 'OVERLOADED':
      return { kind: 'NOT_ASKED', message: `The agent of cluster ${cluster} is busy with other questions${says}`, againSeconds: SOON_SECONDS };
    case 'TIMEOUT':
      return { kind: 'NO_ANSWER', message: `In cluster ${cluster} there was no answer in time${says}` };
    case 'UNKNOWN_REQUEST':
      return { kind: 'NO_ANSWER', message: `The agent of cluster ${cluster} is too old to be asked: upgrade it` };
    default:
      return { kind: 'NO_ANSWER', message: `In cluster ${cluster}${says === '' ? ' the agent could not find out' : says}` };
  }
}
