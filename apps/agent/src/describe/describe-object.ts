import { err, ok, type Clock, type Result } from '#kernel';
import { numberOf, textOf, type Health, type KubeObject } from '#domain';
import type { KubeFailure } from '#kube';
import type { DescribedObject, ObjectEvent } from '#wire';
import type { ObjectAddress, ObjectReader } from '../apply/object-reader.js';
import type { RequestFailure } from '../session/session.ports.js';
import { maskObject } from './mask-object.js';

export interface DescribeDeps {
  readonly reader: ObjectReader;
  readonly clock: Clock;
  readonly judge: (live: KubeObject) => Promise<Health>;
}

const MAX_EVENTS = 50;
const MAX_LISTED_EVENTS = 5_000;
const MAX_JSON = 4 * 1024 * 1024;

/**
 * One object as it is now, with its events; the values of Secrets never leave.
 *
 * @param address undefined: the target is not held or has no such object, which is answered like an object that is gone
 */
export async function describeObject(deps: DescribeDeps, address: ObjectAddress | undefined, signal: AbortSignal): Promise<Result<DescribedObject, RequestFailure>> {
  if (address === undefined) return err({ code: 'NOT_FOUND', message: 'the target has no such object' });
  const read = await deps.reader.read(address, { signal });
  if (!read.ok) return err(toRequestFailure(read.error));
  if (read.value === undefined) return err({ code: 'NOT_FOUND', message: 'the object is not in the cluster' });
  const objectJson = JSON.stringify(maskObject(read.value));
  if (objectJson.length > MAX_JSON) return err({ code: 'TOO_LARGE', message: 'the object is too large to be shown' });
  const { health, message } = await deps.judge(read.value);
  return ok({ objectJson, health, healthMessage: message, events: await eventsOf(deps, read.value, signal) });
}

/** Newest first. That events could not be read is said as one, so that it does not look as if there were none. */
async function eventsOf({ reader, clock }: DescribeDeps, object: KubeObject, signal: AbortSignal): Promise<readonly ObjectEvent[]> {
  const ref = { group: '', kind: 'Event', namespace: object.metadata.namespace ?? 'default', name: '' };
  const resource = await reader.resolve({ ref, apiVersion: 'v1' }, signal);
  const listed = resource.ok
    ? await reader.asWhoMay(resource.value, (client) =>
        client.list(resource.value, { namespace: ref.namespace, fieldSelector: `involvedObject.name=${object.metadata.name}`, maxItems: MAX_LISTED_EVENTS, signal }),
      )
    : resource;
  if (!listed.ok) return [{ type: 'Warning', reason: 'EventsUnavailable', message: `the events could not be read: ${listed.error.code}`, count: 1, lastSeen: clock.now().toISOString() }];
  return listed.value.items
    .filter((event) => textOf(event, 'involvedObject', 'uid') === object.metadata.uid)
    .map((event) => ({
      type: textOf(event, 'type') ?? '',
      reason: textOf(event, 'reason') ?? '',
      message: (textOf(event, 'message') ?? '').slice(0, 2_000),
      count: numberOf(event, 'count') ?? numberOf(event, 'series', 'count') ?? 1,
      lastSeen: textOf(event, 'lastTimestamp') ?? textOf(event, 'series', 'lastObservedTime') ?? textOf(event, 'eventTime') ?? textOf(event, 'metadata', 'creationTimestamp') ?? '',
    }))
    .toSorted((a, b) => (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : 0))
    .slice(0, MAX_EVENTS);
}

export function toRequestFailure({ code }: KubeFailure): RequestFailure {
  switch (code) {
    case 'FORBIDDEN':
    case 'UNAUTHORIZED':
      return { code: 'FORBIDDEN', message: 'the agent may not read the object' };
    case 'TIMEOUT':
    case 'ABORTED':
      return { code: 'TIMEOUT', message: 'the cluster did not answer in time' };
    case 'TOO_LARGE':
      return { code: 'TOO_LARGE', message: 'the object is too large to be shown' };
    default:
      return { code: 'UNAVAILABLE', message: `the cluster did not give the object: ${code}` };
  }
}
