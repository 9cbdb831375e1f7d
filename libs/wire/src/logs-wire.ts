import type { Result } from '#kernel';
import { targetId, type TargetId } from '#domain';
import type { LogPart as WirePart, ReadLogs as WireQuestion } from './generated/capstan/agent/v1/session.js';
import { LOG_LIMITS } from './protocol.js';
import { decoding, malformed, type WireFailure } from './wire-failure.js';
import { readId, readText } from './wire-values.js';

/** The log of one container. */
export interface LogQuestion {
  readonly target: TargetId;
  readonly namespace: string;
  readonly pod: string;
  /** undefined: the only one. */
  readonly container: string | undefined;
  /** Of the run before the current one. */
  readonly previous: boolean;
  readonly tailLines: number;
  /** undefined: however old. */
  readonly sinceSeconds: number | undefined;
  readonly follow: boolean;
}

/** COMPLETE: there is no more. SIZE_LIMIT and TIME_LIMIT: there is, and it may not be told at once. BROKEN: the cluster stopped telling. */
export const LOG_ENDS = ['COMPLETE', 'SIZE_LIMIT', 'TIME_LIMIT', 'BROKEN'] as const;
export type LogEnd = (typeof LOG_ENDS)[number];

/** Parts come in order; the last one says how it ended. */
export interface LogPart {
  readonly text: string;
  readonly end: LogEnd | undefined;
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

export function encodeReadLogs(question: LogQuestion): WireQuestion {
  const { target, namespace, pod, container, previous, tailLines, sinceSeconds, follow } = question;
  return { targetId: target, namespace, pod, container: container ?? '', previous, tailLines, sinceSeconds: sinceSeconds ?? 0, follow };
}

export function decodeReadLogs(wire: WireQuestion): Result<LogQuestion, WireFailure> {
  return decoding('read_logs', () => {
    const name = (text: string, field: string): string => (NAME.test(text) ? text : malformed(field));
    return {
      target: readId(wire.targetId, 'read_logs.target_id', targetId),
      namespace: name(wire.namespace, 'read_logs.namespace'),
      pod: name(wire.pod, 'read_logs.pod'),
      container: wire.container === '' ? undefined : name(wire.container, 'read_logs.container'),
      previous: wire.previous,
      tailLines: Math.min(wire.tailLines, LOG_LIMITS.tailLines),
      sinceSeconds: wire.sinceSeconds === 0 ? undefined : wire.sinceSeconds,
      follow: wire.follow,
    };
  });
}

export function encodeLogPart({ text, end }: LogPart): WirePart {
  return { text: text.toWellFormed(), last: end !== undefined, end: end ?? '' };
}

export function decodeLogPart(wire: WirePart): LogPart {
  const end = LOG_ENDS.find((known) => known === wire.end) ?? 'BROKEN';
  return { text: readText(wire.text, LOG_LIMITS.partCharacters), end: wire.last ? end : undefined };
}
