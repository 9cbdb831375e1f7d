import type { KubeObject } from '#domain';
import { at, isObject, listAt, numberAt, stringAt } from '../json/read-json.js';
import { counts, isReady, withTimes, type Condition } from './conditions.js';
import { podFromTemplate, type SimulatorWrites } from './simulator-writes.js';

/** Runs a Job's pods to their end, `parallelism` at a time. */
export function runJob(writes: SimulatorWrites, job: KubeObject): undefined {
  const isOver = listAt(job, 'status', 'conditions').some((condition) => isObject(condition) && condition['type'] === 'Complete' && condition['status'] === 'True');
  if (isOver) return;
  const completions = numberAt(job, 'spec', 'completions') ?? 1;
  const pods = writes.dependentsOf(job, '/pods');
  const succeeded = pods.filter((pod) => stringAt(pod, 'status', 'phase') === 'Succeeded').length;
  const isSuspended = at(job, 'spec', 'suspend') === true;
  const room = isSuspended ? 0 : Math.min(numberAt(job, 'spec', 'parallelism') ?? 1, completions - succeeded) - (pods.length - succeeded);
  for (let index = 0; index < room; index += 1) writes.create('/pods', podFromTemplate(job, `${job.metadata.name}-${writes.cluster.ids.uuid().slice(-5)}`, {}));
  const active = writes.dependentsOf(job, '/pods').filter((pod) => stringAt(pod, 'status', 'phase') !== 'Succeeded');
  const now = writes.now();
  const conditions: readonly Condition[] =
    succeeded >= completions
      ? [
          { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' },
          { type: 'Complete', status: 'True', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' },
        ]
      : isSuspended
        ? [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }]
        : [];
  writes.setStatus('batch/jobs', job, {
    ...counts({ active: active.length, succeeded }),
    ready: active.filter(isReady).length,
    terminating: 0,
    uncountedTerminatedPods: {},
    ...(isSuspended ? {} : { startTime: stringAt(job, 'status', 'startTime') ?? now }),
    ...(succeeded >= completions ? { completionTime: now } : {}),
    ...(conditions.length === 0 ? {} : { conditions: withTimes(job, conditions, now, ['lastProbeTime', 'lastTransitionTime']) }),
  });
}
