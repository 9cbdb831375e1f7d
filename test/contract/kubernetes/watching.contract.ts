import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { KubeClient, ResourceInfo, WatchEvent, WatchOptions } from '#kube';
import { until } from '#testing';
import { aConfigMap, aNamespace, must, resourceOf, type TheServer } from './contract-server.js';

export function watchingContract(server: TheServer): void {
  it('tells additions, changes and deletions in order', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    must(await client.create(aConfigMap(namespace, 'before', {}, { labels: { mine: 'yes' } })));
    const { resourceVersion } = must(await client.list(configMaps, { namespace, labelSelector: 'mine=yes' }));
    const created = must(await client.create(aConfigMap(namespace, 'one', { a: '1' }, { labels: { mine: 'yes' } })));
    const changed = must(await client.mergePatch(configMaps, namespace, 'one', { data: { a: '2' } }));
    must(await client.delete(configMaps, namespace, 'one', { uid: created.metadata.uid ?? '' }));
    must(await client.create(aConfigMap(namespace, 'last', {}, { labels: { mine: 'yes' } })));
    const events = await objectEvents(client, 4, { namespace, resourceVersion, labelSelector: 'mine=yes' });
    expect(events.map(({ type, object }) => [type, object.metadata.name])).toEqual([['ADDED', 'one'], ['MODIFIED', 'one'], ['DELETED', 'one'], ['ADDED', 'last']]);
    expect(events[0]?.object).toEqual(created);
    expect(events[1]?.object).toEqual(changed);
    const versions = events.map((event) => Number(event.resourceVersion));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(4);
  });

  it('begins with what is there when no resourceVersion is given', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    for (const name of ['a', 'b']) must(await client.create(aConfigMap(namespace, name, {}, { labels: { mine: 'yes' } })));
    const events = await objectEvents(client, 2, { namespace, labelSelector: 'mine=yes' });
    expect(events.map(({ type, object }) => [type, object.metadata.name]).toSorted()).toEqual([['ADDED', 'a'], ['ADDED', 'b']]);
  });

  it('tells an object that stops matching as DELETED and one that starts as ADDED', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    must(await client.create(aConfigMap(namespace, 'one', {}, { labels: { mine: 'yes' } })));
    const { resourceVersion } = must(await client.list(configMaps, { namespace }));
    for (const mine of ['no', 'yes']) must(await client.mergePatch(configMaps, namespace, 'one', { metadata: { labels: { mine } } }));
    const events = await objectEvents(client, 2, { namespace, resourceVersion, labelSelector: 'mine=yes' });
    expect(events.map(({ type, object }) => [type, object.metadata.name])).toEqual([['DELETED', 'one'], ['ADDED', 'one']]);
  });

  it('watches metadata alone, with the kind that was asked for', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const created = must(await client.create(aConfigMap(namespace, 'one', { a: '1' }, { labels: { mine: 'yes' } })));
    const events = await objectEvents(client, 1, { namespace, labelSelector: 'mine=yes', metadataOnly: true });
    expect(events[0]?.object).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: created.metadata });
  });

  it('tells of its own namespace only', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const other = await aNamespace(client);
    const { resourceVersion } = must(await client.list(await resourceOf(client, 'ConfigMap'), { namespace, labelSelector: 'mine=yes' }));
    for (const where of [other, namespace]) must(await client.create(aConfigMap(where, 'one', {}, { labels: { mine: 'yes' } })));
    const events = await objectEvents(client, 1, { namespace, resourceVersion, labelSelector: 'mine=yes' });
    expect(events.map(({ object }) => object.metadata.namespace)).toEqual([namespace]);
  });

  it('moves on by bookmarks past changes that it does not show, and ends in good order', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const { resourceVersion } = must(await client.list(configMaps, { namespace }));
    const unseen = must(await client.create(aConfigMap(namespace, 'one')));
    const watchOnce = async (): Promise<number | undefined> => {
      const events: WatchEvent[] = [];
      const stop = new AbortController();
      const written = keepWriting(client, configMaps, namespace, stop.signal);
      for await (const event of client.watch(configMaps, { namespace, resourceVersion, labelSelector: 'mine=yes', lifetimeMs: 6_000 })) events.push(event);
      stop.abort();
      await written;
      expect(events.at(-1)).toEqual({ type: 'ENDED', failure: undefined });
      return events.flatMap((event) => (event.type === 'BOOKMARK' ? [Number(event.resourceVersion)] : [])).at(-1);
    };
    const bookmark = await until('a bookmark comes', 60_000, watchOnce);
    expect(bookmark).toBeGreaterThan(Number(unseen.metadata.resourceVersion));
  });

  it('ends as ABORTED by the signal of the caller', async () => {
    const { client } = server();
    const stop = new AbortController();
    const events: WatchEvent[] = [];
    for await (const event of client.watch(await resourceOf(client, 'Namespace'), { signal: stop.signal })) {
      events.push(event);
      stop.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: 'ENDED', failure: { code: 'ABORTED' } });
  });

  it('ends as EXPIRED when it is to begin too long ago', async () => {
    const { client, expireHistory } = { client: server().client, expireHistory: () => server().expireHistory() };
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const old = must(await client.create(aConfigMap(namespace, 'one')));
    must(await client.mergePatch(configMaps, namespace, 'one', { data: { a: '1' } }));
    await expireHistory();
    const events: WatchEvent[] = [];
    for await (const event of client.watch(configMaps, { namespace, resourceVersion: old.metadata.resourceVersion, lifetimeMs: 10_000 })) events.push(event);
    expect(events).toEqual([{ type: 'ENDED', failure: expect.objectContaining({ code: 'EXPIRED', httpStatus: 410 }) }]);
    expect(must(await client.list(configMaps, { namespace, fieldSelector: 'metadata.name=one' })).items).toHaveLength(1);
  });
}

/** A real server sends no bookmark that tells of no later version than the watch began with: something has to change meanwhile. */
async function keepWriting(client: KubeClient, configMaps: ResourceInfo, namespace: string, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count += 1) {
    must(await client.mergePatch(configMaps, namespace, 'one', { data: { count: String(count) } }));
    await delay(300);
  }
}

type ObjectEvent = Extract<WatchEvent, { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' }>;

/** The first `count` events about ConfigMaps; the watch is left after them. */
async function objectEvents(client: KubeClient, count: number, options: WatchOptions): Promise<readonly ObjectEvent[]> {
  const events: ObjectEvent[] = [];
  for await (const event of client.watch(await resourceOf(client, 'ConfigMap'), { ...options, lifetimeMs: 30_000 })) {
    if (event.type === 'ENDED') throw new Error(`the watch ended after ${events.length} events: ${JSON.stringify(event.failure)}`);
    if (event.type !== 'BOOKMARK') events.push(event);
    if (events.length === count) break;
  }
  return events;
}
