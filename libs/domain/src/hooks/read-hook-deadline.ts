import { err, ok, type Result } from '#kernel';
import { numberOf } from '../json/read-json.js';
import { quoteAnnotation, type AnnotationFault } from '../object/annotation-fault.js';
import { AUTHOR_ANNOTATIONS } from '../object/author-annotations.js';
import type { KubeObject } from '../object/kube-object.js';

export const HOOK_DEADLINE_MS = 5 * 60_000;
const LONGEST_MS = 24 * 3_600_000;
/** A Job that ends itself is given the time to say so. */
const AFTER_OWN_DEADLINE_MS = 30_000;
const DURATION = /^(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/;

/**
 * How long a hook may take from its creation: `capstan.dev/hook-deadline` (`90s`, `10m`, `1h30m`), else five minutes, or as long as a Job gives
 * itself by `activeDeadlineSeconds` where that is more. Never without an end. Pure.
 */
export function readHookDeadline(object: KubeObject): Result<number, AnnotationFault> {
  const annotation = AUTHOR_ANNOTATIONS.hookDeadline;
  const value = object.metadata.annotations?.[annotation]?.trim();
  if (value === undefined) return ok(defaultOf(object));
  const [, hours = '0', minutes = '0', seconds = '0'] = DURATION.exec(value) ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  if (ms < 1_000 || ms > LONGEST_MS) return err({ annotation, problem: `is ${quoteAnnotation(value)}: give a time from 1s to 24h, such as 90s, 10m or 1h30m` });
  return ok(ms);
}

function defaultOf(object: KubeObject): number {
  const own = object.kind === 'Job' ? numberOf(object, 'spec', 'activeDeadlineSeconds') : undefined;
  return own === undefined ? HOOK_DEADLINE_MS : Math.min(LONGEST_MS, Math.max(HOOK_DEADLINE_MS, own * 1_000 + AFTER_OWN_DEADLINE_MS));
}
