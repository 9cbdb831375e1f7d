import { err, ok, type Result } from '#kernel';
import type { AnnotationFault } from '../object/annotation-fault.js';
import { AUTHOR_ANNOTATIONS } from '../object/author-annotations.js';
import type { KubeObject, ObjectMeta } from '../object/kube-object.js';
import { readWave } from '../waves/read-wave.js';
import { DELETE_SPELLINGS, HOOK_SPELLINGS } from './hook-words.js';
import type { Hook } from './hook.types.js';
import { readHookDeadline } from './read-hook-deadline.js';
import { readWords } from './read-words.js';

/**
 * What an object says of itself as a hook, in our words, else in Argo CD's, else in Helm's, each annotation for itself; undefined: it is an
 * ordinary object. Where no policy is given the object of an earlier run goes before the next. Pure.
 */
export function readHook(object: KubeObject): Result<Hook | undefined, AnnotationFault> {
  const said = readWords(object.metadata, HOOK_SPELLINGS);
  if (!said.ok) return said;
  if (said.value === undefined) return withoutHook(object.metadata);
  const wave = readWave(object.metadata, true);
  if (!wave.ok) return wave;
  const deletes = readWords(object.metadata, DELETE_SPELLINGS);
  if (!deletes.ok) return deletes;
  const deadline = readHookDeadline(object);
  if (!deadline.ok) return deadline;
  return ok({ object, dialect: said.value.dialect, events: said.value.means, wave: wave.value, deletes: deletes.value?.means ?? new Set(['before-creation']), deadlineMs: deadline.value });
}

/** Whether an object says that it is a hook at all, whatever kind of one. */
export function isHook(meta: ObjectMeta): boolean {
  return meta.annotations !== undefined && HOOK_SPELLINGS.some(({ annotation }) => meta.annotations?.[annotation] !== undefined);
}

function withoutHook({ annotations }: ObjectMeta): Result<undefined, AnnotationFault> {
  const idle = annotations === undefined ? undefined : [AUTHOR_ANNOTATIONS.hookDelete, AUTHOR_ANNOTATIONS.hookDeadline].find((name) => annotations[name] !== undefined);
  return idle === undefined ? ok(undefined) : err({ annotation: idle, problem: `is for hooks: say which one it is with ${AUTHOR_ANNOTATIONS.hook}, or leave it out` });
}
