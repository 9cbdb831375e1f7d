import type { Json } from '#kernel';
import type { KubeObject } from '../object/kube-object.js';
import { listOf, numberOf, textOf } from '../json/read-json.js';
import { degraded, progressing, type Health } from './health.types.js';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly since: Date | undefined;
  /** Of the object that the condition speaks of, where its controller says so. */
  readonly generation: number | undefined;
  /** Of the conditions of some APIs: Error, Warning, Info. */
  readonly severity: string;
}

const MESSAGE_LIMIT = 250;

/**
 * How long a condition may be bad before an object counts as degraded. Controllers rarely tell "not yet" from "never":
 * certificates, metrics and aggregated APIs all begin as False. Ten minutes is also the default progress deadline of a Deployment.
 */
export const PATIENCE_MS = 10 * 60_000;

/** `status.conditions` of an object, in the order of the server. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  return readConditions(listOf(object, 'status', 'conditions'));
}

export function readConditions(entries: readonly Json[]): readonly Condition[] {
  return entries.map((entry) => ({
    type: textOf(entry, 'type') ?? '',
    status: textOf(entry, 'status') ?? 'Unknown',
    reason: textOf(entry, 'reason') ?? '',
    message: textOf(entry, 'message') ?? '',
    since: dateOf(textOf(entry, 'lastTransitionTime')),
    generation: numberOf(entry, 'observedGeneration'),
    severity: textOf(entry, 'severity') ?? '',
  }));
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** What a condition says, for people: `Ready: NoSuchIssuer: the issuer does not exist`, one line, without credentials of URLs. */
export function sayCondition(condition: Condition): string {
  const said = [condition.type, condition.reason, condition.message].filter((part) => part !== '').join(': ');
  return cut(said);
}

/** One line of at most 250 characters; the user part of a URL is taken out, since controllers put repository URLs into messages. */
export function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/\/\/[^/@ ]{1,500}@/g, '//***@').trim();
  return line.length <= MESSAGE_LIMIT ? line : `${line.slice(0, MESSAGE_LIMIT - 1)}…`;
}

/** A condition that is bad now: progressing at first, degraded once it has been so for longer than people should wait. */
export function impatient(condition: Condition, now: Date): Health {
  const isOld = condition.since !== undefined && now.getTime() - condition.since.getTime() > PATIENCE_MS;
  return isOld ? degraded(sayCondition(condition)) : progressing(sayCondition(condition));
}

export function dateOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
