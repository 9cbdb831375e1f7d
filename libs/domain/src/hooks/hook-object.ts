import { digestOf, type JsonObject } from '#kernel';
import { isJsonObject, numberOf } from '../json/read-json.js';
import type { KubeObject, ObjectMeta } from '../object/kube-object.js';
import type { Hook, HookPhase } from './hook.types.js';

/** Hooks run in a phase of a pass, tests and Jobs of gates when somebody asks. */
export type HookOccasion = HookPhase | 'test' | 'gate';

/** Annotation on the object of a hook: which run it is of, so that a crash between creating and recording it is resolved by looking. */
export const HOOK_RUN_ANNOTATION = 'capstan.dev/hook-run';

/** Which run of a hook: `<epoch>-<generation>` of the order with which the hooks of a release began, and the phase. */
export function hookMark(run: string, phase: HookOccasion): string {
  return `${run}/${phase}`;
}

/** Shortest time that a finished Job stays: its result has to be read, if need be by the next process. */
const RESULT_STAYS_S = 600;
const LONGEST_PREFIX = 52;

/**
 * The object of a hook as it is created for one run: marked with it, under its own name, or under `generateName` and a suffix that is the same
 * whenever it is asked for. A Job does not clean itself up before its result can be read. Pure.
 */
export function hookObject({ object }: Hook, run: string, phase: HookOccasion): KubeObject {
  const mark = hookMark(run, phase);
  const { generateName, ...meta } = object.metadata;
  const name = typeof generateName === 'string' ? `${generateName.slice(0, LONGEST_PREFIX)}${digestOf(`${mark} ${meta.name}`).slice('sha256:'.length, 'sha256:'.length + 10)}` : meta.name;
  const metadata: ObjectMeta = { ...meta, name, annotations: { ...meta.annotations, [HOOK_RUN_ANNOTATION]: mark } };
  const marked = { ...object, metadata };
  return object.kind === 'Job' ? keepResult(marked) : marked;
}

function keepResult(job: KubeObject): KubeObject {
  const stays = numberOf(job, 'spec', 'ttlSecondsAfterFinished');
  const spec = job['spec'];
  if (stays === undefined || stays >= RESULT_STAYS_S || !isJsonObject(spec)) return job;
  const kept: JsonObject = { ...spec, ttlSecondsAfterFinished: RESULT_STAYS_S };
  return { ...job, spec: kept };
}
