import { err, ok, type Result } from '#kernel';
import { quoteAnnotation, type AnnotationFault } from '../object/annotation-fault.js';
import { AUTHOR_ANNOTATIONS } from '../object/author-annotations.js';
import type { ObjectMeta } from '../object/kube-object.js';

const SYNC_WAVE = 'argocd.argoproj.io/sync-wave';
const HOOK_WEIGHT = 'helm.sh/hook-weight';
const WHOLE_NUMBER = /^[+-]?\d{1,9}$/;
const OUR_BOUND = 1_000;

/**
 * The wave of an object: `capstan.dev/wave`, else Argo CD's sync wave, else (of hooks) Helm's weight, else 0. A value that is no whole number is
 * refused, also where its own tool would take it for 0: in a wave that nobody meant an object comes too early or too late. Pure.
 */
export function readWave({ annotations }: ObjectMeta, isHook: boolean): Result<number, AnnotationFault> {
  if (annotations === undefined) return ok(0);
  const named = [AUTHOR_ANNOTATIONS.wave, SYNC_WAVE, ...(isHook ? [HOOK_WEIGHT] : [])].find((name) => annotations[name] !== undefined);
  if (named === undefined) return ok(0);
  const value = annotations[named]?.trim() ?? '';
  const wave = WHOLE_NUMBER.test(value) ? Number(value) : undefined;
  const isOurs = named === AUTHOR_ANNOTATIONS.wave;
  if (wave === undefined || (isOurs && Math.abs(wave) > OUR_BOUND)) {
    return err({ annotation: named, problem: `is ${quoteAnnotation(value)}: give a whole number${isOurs ? ` from -${OUR_BOUND} to ${OUR_BOUND}` : ''}, lower goes first` });
  }
  return ok(wave + 0);
}

/** The same of an object that was read before; a value that does not read counts as none. */
export function waveOf(meta: ObjectMeta): number {
  const wave = readWave(meta, false);
  return wave.ok ? wave.value : 0;
}
