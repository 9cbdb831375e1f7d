import type { Timers } from '#kernel';
import type { KubeObject } from '#domain';
import type { ClusterContext } from '../cluster-context.js';
import { tableOf, type ResourceType } from '../resources/resource-type.js';
import { matchesObject, type ObjectSelector } from '../selectors/object-selector.js';
import type { Change } from './change-log.js';

export interface WatchRequest {
  readonly type: ResourceType;
  /** Absent: all namespaces. */
  readonly namespace: string | undefined;
  readonly selector: ObjectSelector;
  /** Undefined: what is there comes as ADDED first. */
  readonly fromRevision: number | undefined;
  readonly hasBookmarks: boolean;
  /** Initial events end with a bookmark that says so. */
  readonly endsInitialEvents: boolean;
  /** Milliseconds until the watch ends in good order. */
  readonly lifetimeMs: number;
}

export interface WatchSink {
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void;
  bookmark(revision: number, endsInitialEvents: boolean): void;
  /** The start is forgotten: the only event of this watch. */
  gone(revision: number): void;
  end(): void;
}

const BOOKMARK_EVERY_MS = 60_000;
const LAST_BOOKMARK_BEFORE_END_MS = 2_000;

/**
 * Runs one watch until it ends or is stopped. A change that moves an object into or out of the selector shows as ADDED or DELETED.
 * Everything is synchronous with the writes, so events come in the order of revisions.
 * @returns the way to stop it without `end`
 */
export function startWatch(cluster: ClusterContext, timers: Timers, request: WatchRequest, sink: WatchSink): () => void {
  const { store } = cluster;
  const table = tableOf(request.type);
  const show = (change: Change): void => {
    if (change.table !== table) return;
    const event = eventFor(request, change);
    if (event !== undefined) sink.event(event, change.object);
  };
  const missed = request.fromRevision === undefined ? [] : store.log.since(request.fromRevision);
  if (missed === undefined) {
    sink.gone(request.fromRevision ?? 0);
    sink.end();
    return () => undefined;
  }
  if (request.fromRevision === undefined) {
    for (const object of store.list(table, request.namespace)) if (matchesObject(request.selector, object)) sink.event('ADDED', object);
    if (request.endsInitialEvents) sink.bookmark(store.revision, true);
  }
  for (const change of missed) show(change);

  const stopListening = store.log.listen(show);
  const bookmark = (): void => sink.bookmark(store.revision, false);
  const cancels: (() => void)[] = [stopListening];
  const stop = (): void => cancels.forEach((cancel) => cancel());
  if (request.hasBookmarks) cancels.push(every(timers, BOOKMARK_EVERY_MS, bookmark));
  if (request.hasBookmarks && request.lifetimeMs > LAST_BOOKMARK_BEFORE_END_MS) {
    const last = timers.after(request.lifetimeMs - LAST_BOOKMARK_BEFORE_END_MS, bookmark);
    cancels.push(() => last.cancel());
  }
  const end = timers.after(request.lifetimeMs, () => {
    stop();
    sink.end();
  });
  cancels.push(() => end.cancel());
  return stop;
}

function eventFor(request: WatchRequest, change: Change): Change['type'] | undefined {
  if (request.namespace !== undefined && change.object.metadata.namespace !== request.namespace) return undefined;
  const wasSeen = change.previous !== undefined && matchesObject(request.selector, change.previous);
  if (change.type === 'DELETED') return wasSeen ? 'DELETED' : undefined;
  const isSeen = matchesObject(request.selector, change.object);
  if (isSeen) return wasSeen ? 'MODIFIED' : 'ADDED';
  return wasSeen ? 'DELETED' : undefined;
}

function every(timers: Timers, ms: number, run: () => void): () => void {
  let timer = timers.after(ms, tick);
  function tick(): void {
    run();
    timer = timers.after(ms, tick);
  }
  return () => timer.cancel();
}
