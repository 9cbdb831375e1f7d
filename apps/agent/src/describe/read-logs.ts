import { err, ok, type Result } from '#kernel';
import { objectKey, ownersOf, parseApiVersion, type InventoryEntry, type KubeObject } from '#domain';
import type { KubeClient, KubeFailure } from '#kube';
import { LOG_LIMITS, type LogQuestion } from '#wire';
import type { ObjectReader } from '../apply/object-reader.js';
import type { RequestFailure } from '../session/session.ports.js';

export interface ReadLogsDeps {
  readonly reader: ObjectReader;
  /** The agent's own account. Never another: who reads logs is a right of its own, which the cluster's owner gives or not. */
  readonly own: KubeClient;
}

export type LogText = AsyncIterable<Result<string, RequestFailure>>;

/** From a pod to an object of the inventory. */
const MAX_OWNERS = 8;

/**
 * The log of a container of a pod that belongs to the target: one of its inventory, or one that an object of its inventory owns, by UID. Every other pod
 * is answered like one that is not there.
 *
 * @param entry what the target's inventory holds under a key
 */
export async function readLogs(deps: ReadLogsDeps, entry: (key: string) => InventoryEntry | undefined, question: LogQuestion, signal: AbortSignal): Promise<Result<LogText, RequestFailure>> {
  const { namespace, pod, container, previous, tailLines, sinceSeconds, follow } = question;
  const read = await deps.reader.read({ ref: { group: '', kind: 'Pod', namespace, name: pod }, apiVersion: 'v1' }, { metadataOnly: true, signal });
  if (!read.ok) return err(toRequestFailure(read.error));
  const isOurs = read.value === undefined ? ok(false) : await belongs(deps.reader, entry, read.value, signal);
  if (!isOurs.ok) return err(toRequestFailure(isOurs.error));
  if (!isOurs.value) return err({ code: 'NOT_FOUND', message: 'the target has no such pod' });
  const opened = await deps.own.logs(namespace, pod, { container, previous, tailLines, sinceSeconds, follow, signal, ...(follow ? { deadlineMs: LOG_LIMITS.followMs } : {}) });
  return opened.ok ? ok(explained(opened.value)) : err(toRequestFailure(opened.error));
}

async function belongs(reader: ObjectReader, entry: (key: string) => InventoryEntry | undefined, pod: KubeObject, signal: AbortSignal): Promise<Result<boolean, KubeFailure>> {
  const { namespace = '' } = pod.metadata;
  const isInInventory = (group: string, kind: string, name: string, uid: string | undefined): boolean => {
    const found = entry(objectKey({ group, kind, namespace, name }));
    return uid !== undefined && found?.state === 'LIVE' && found.uid === uid;
  };
  if (isInInventory('', 'Pod', pod.metadata.name, pod.metadata.uid)) return ok(true);
  const waiting = [...ownersOf(pod)];
  for (let looked = 0; looked < MAX_OWNERS; looked += 1) {
    const owner = waiting.shift();
    if (owner === undefined) return ok(false);
    const { group } = parseApiVersion(owner.apiVersion);
    if (isInInventory(group, owner.kind, owner.name, owner.uid)) return ok(true);
    const read = await reader.read({ ref: { group, kind: owner.kind, namespace, name: owner.name }, apiVersion: owner.apiVersion }, { metadataOnly: true, signal });
    if (!read.ok) return read;
    if (read.value?.metadata.uid === owner.uid) waiting.push(...ownersOf(read.value));
  }
  return ok(false);
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
