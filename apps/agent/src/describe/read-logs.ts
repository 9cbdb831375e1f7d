import { err, ok, type Result } from '#kernel';
import type { KubeClient, KubeFailure } from '#kube';
import { LOG_LIMITS, type LogQuestion } from '#wire';
import type { ObjectReader } from '../apply/object-reader.js';
import type { RequestFailure } from '../session/session.ports.js';
import { belongsToTarget, type EntryOf } from './belongs-to-target.js';

export interface ReadLogsDeps {
  readonly reader: ObjectReader;
  /** The agent's own account. Never another: who reads logs is a right of its own, which the cluster's owner gives or not. */
  readonly own: KubeClient;
}

export type LogText = AsyncIterable<Result<string, RequestFailure>>;

/**
 * The log of a container of a pod that belongs to the target: one of its inventory, or one that an object of its inventory owns, by UID. Every other pod
 * is answered like one that is not there.
 */
export async function readLogs(deps: ReadLogsDeps, entryOf: EntryOf, question: LogQuestion, signal: AbortSignal): Promise<Result<LogText, RequestFailure>> {
  const { namespace, pod, container, previous, tailLines, sinceSeconds, follow } = question;
  const read = await deps.reader.read({ ref: { group: '', kind: 'Pod', namespace, name: pod }, apiVersion: 'v1' }, { metadataOnly: true, signal });
  if (!read.ok) return err(toRequestFailure(read.error));
  const isOurs = read.value === undefined ? ok(false) : await belongsToTarget(deps.reader, entryOf, read.value, signal);
  if (!isOurs.ok) return err(toRequestFailure(isOurs.error));
  if (!isOurs.value) return err({ code: 'NOT_FOUND', message: 'the target has no such pod' });
  const opened = await deps.own.logs(namespace, pod, { container, previous, tailLines, sinceSeconds, follow, signal, ...(follow ? { deadlineMs: LOG_LIMITS.followMs } : {}) });
  return opened.ok ? ok(explained(opened.value)) : err(toRequestFailure(opened.error));
}

async function* explained(parts: AsyncIterable<Result<string, KubeFailure>>): LogText {
  for await (const part of parts) yield part.ok ? part : err(toRequestFailure(part.error));
}

function toRequestFailure({ code, message }: KubeFailure): RequestFailure {
  switch (code) {
    case 'NOT_FOUND':
      return { code: 'NOT_FOUND', message: 'the pod is not in the cluster' };
    case 'FORBIDDEN':
    case 'UNAUTHORIZED':
      return { code: 'FORBIDDEN', message: 'The agent may not read logs in this cluster. Its owner allows it with logs.enabled=true in the chart, or capstan cluster join --logs.' };
    case 'BAD_REQUEST':
    case 'INVALID':
      return { code: 'REFUSED', message };
    case 'TIMEOUT':
    case 'ABORTED':
      return { code: 'TIMEOUT', message: 'the cluster did not answer in time' };
    default:
      return { code: 'UNAVAILABLE', message: `The cluster did not give the log: ${message}` };
  }
}
