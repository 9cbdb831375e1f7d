import { backoffMs, type Log, type Random, type Timers } from '#kernel';
import { objectKey, objectRefOf, parseApiVersion, TARGET_LABEL, type KubeObject, type ObjectRef } from '#domain';
import type { KubeFailure } from '#kube';
import type { ObjectReader } from '../apply/object-reader.js';
import type { Cluster } from '../reconcile/agent.ports.js';

/** A kind to watch, by one of its versions, in one namespace or, with none, everywhere. */
export interface WatchedKind {
  readonly group: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace?: string;
}

/** What the cluster said of one object. `resourceVersion` undefined: it is gone, or no longer carries our label. Only a reason to look. */
export type ObjectNews = (ref: ObjectRef, resourceVersion: string | undefined) => void;

export interface KindWatchDeps {
  readonly cluster: Cluster;
  readonly reader: ObjectReader;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly onNews: ObjectNews;
  /** Objects of ours that a list of this kind should show: what went away before the first list is missed by nobody else. */
  expected(watched: WatchedKind): Iterable<ObjectRef>;
}

/** The accounts may not watch here, as far as they were asked. */
export type WatchEnd = 'STOPPED' | 'FORBIDDEN';

/** How often a watch is refused before it gives up: rights come and go, but everywhere is not asked for twice where one namespace is what may be had. */
const REFUSALS = { everywhere: 1, inNamespace: 6 };
const BACKOFF = { baseMs: 500, maxMs: 60_000 };

/**
 * Watches the metadata of one kind's objects that carry our label, from a list on. A list that failed says nothing; a complete one is
 * compared with what was known, so that what went away between two watches is news too. Ends when `signal` aborts, or when it is refused again and again.
 */
export async function watchKind(watched: WatchedKind, deps: KindWatchDeps, signal: AbortSignal): Promise<WatchEnd> {
  const { namespace } = watched;
  const where = namespace === undefined ? {} : { namespace };
  const known = new Map<string, { readonly ref: ObjectRef; readonly resourceVersion: string }>();
  let from: string | undefined;
  let failures = 0;
  let refusals = 0;
  let hasFollowed = false;
  while (!signal.aborted) {
    const failure = from === undefined ? await relist() : await follow(from);
    if (failure === undefined) {
      failures = 0;
      refusals = 0;
      // A server that ends every watch at once is not asked without a pause.
      if (hasFollowed && !(await pause(backoffMs(BACKOFF, 1, deps.random)))) return 'STOPPED';
      hasFollowed = false;
      continue;
    }
    // Too old is told apart from unreachable: only the first needs a new list.
    if (failure.code === 'EXPIRED' || failure.code === 'KIND_NOT_FOUND') from = undefined;
    // The kind is gone: a reason to look at what was there of it.
    if (failure.code === 'KIND_NOT_FOUND' && failures === 0) for (const ref of deps.expected(watched)) deps.onNews(ref, undefined);
    if (failure.code === 'EXPIRED' && failures === 0) {
      failures = 1;
      continue;
    }
    failures += 1;
    refusals = failure.code === 'FORBIDDEN' ? refusals + 1 : 0;
    deps.log.debug('a watch broke; it goes on', { kind: watched.kind, group: watched.group, namespace, code: failure.code });
    if (refusals >= (namespace === undefined ? REFUSALS.everywhere : REFUSALS.inNamespace)) return 'FORBIDDEN';
    // A busy server says when to come back; everybody at that very moment would make it busy again.
    if (!(await pause((failure.retryAfterMs ?? 0) + backoffMs(BACKOFF, failures, deps.random)))) return 'STOPPED';
  }
  return 'STOPPED';

  async function relist(): Promise<KubeFailure | undefined> {
    const resource = await resolve();
    if (!resource.ok) return resource.error;
    const listed = await deps.reader.asWhoMay(resource.value, (client) => client.list(resource.value, { ...where, labelSelector: TARGET_LABEL, metadataOnly: true, signal }));
    if (!listed.ok) return listed.error;
    const gone = new Map([...known].map(([key, { ref }]) => [key, ref]));
    for (const ref of deps.expected(watched)) gone.set(objectKey(ref), ref);
    for (const object of listed.value.items) {
      gone.delete(objectKey(objectRefOf(object)));
      note(object);
    }
    for (const [key, ref] of gone) {
      known.delete(key);
      deps.onNews(ref, undefined);
    }
    from = listed.value.resourceVersion;
    return undefined;
  }

  async function follow(start: string): Promise<KubeFailure | undefined> {
    const resource = await resolve();
    if (!resource.ok) return resource.error;
    const client = deps.reader.clientFor(resource.value);
    hasFollowed = true;
    for await (const event of client.watch(resource.value, { ...where, labelSelector: TARGET_LABEL, metadataOnly: true, resourceVersion: start, signal })) {
      if (event.type === 'ENDED') return event.failure;
      from = event.resourceVersion;
      failures = 0;
      if (event.type === 'DELETED') {
        const ref = objectRefOf(event.object);
        known.delete(objectKey(ref));
        deps.onNews(ref, undefined);
      } else if (event.type !== 'BOOKMARK') {
        note(event.object);
      }
    }
    return undefined;
  }

  function note(object: KubeObject): void {
    const ref = objectRefOf(object);
    const key = objectKey(ref);
    const resourceVersion = object.metadata.resourceVersion ?? '';
    if (known.get(key)?.resourceVersion === resourceVersion) return;
    known.set(key, { ref, resourceVersion });
    deps.onNews(ref, resourceVersion);
  }

  function resolve(): ReturnType<ObjectReader['resolve']> {
    return deps.cluster.own.resolve(watched.group, watched.kind, parseApiVersion(watched.apiVersion).version, { signal });
  }

  async function pause(ms: number): Promise<boolean> {
    try {
      await deps.timers.sleep(ms, signal);
      return true;
    } catch {
      return false; // the agent stops
    }
  }
}
