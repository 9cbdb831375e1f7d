import { isJsonObject, numberOf } from '../json/read-json.js';
import { parseApiVersion, type KubeObject } from '../object/kube-object.js';
import { hookObject } from './hook-object.js';
import type { Hook } from './hook.types.js';
import { readHook } from './read-hook.js';

/** A finished Job goes by itself after a day: long enough for the hub to hear of it, and for people to look. */
const STAYS_S = 86_400;
const LEAST_STAY_S = 3_600;

/** The Jobs of a render that gates may ask for: no release applies them. One that does not read is left out. Pure. */
export function gateJobs(rendered: readonly KubeObject[]): readonly Hook[] {
  return rendered.flatMap((object) => {
    if (object.kind !== 'Job' || parseApiVersion(object.apiVersion).group !== 'batch') return [];
    const hook = readHook(object);
    return hook.ok && hook.value?.events.has('gate') === true ? [hook.value] : [];
  });
}

/**
 * The Job as it is created for one run of a gate: under a name that is the same whenever this run is asked for, and another for every other run, marked with the run,
 * ended by Kubernetes at the hook's deadline, and taken away by it a day after its end. Pure.
 */
export function gateJobObject(hook: Hook, run: string): KubeObject {
  const { object, deadlineMs } = hook;
  const named = hookObject({ ...hook, object: { ...object, metadata: { ...object.metadata, generateName: `${object.metadata.name}-` } } }, run, 'gate');
  const spec = named['spec'];
  if (!isJsonObject(spec)) return named;
  const stays = numberOf(named, 'spec', 'ttlSecondsAfterFinished') ?? STAYS_S;
  return {
    ...named,
    spec: { ...spec, activeDeadlineSeconds: numberOf(named, 'spec', 'activeDeadlineSeconds') ?? Math.ceil(deadlineMs / 1_000), ttlSecondsAfterFinished: Math.max(LEAST_STAY_S, stays) },
  };
}
