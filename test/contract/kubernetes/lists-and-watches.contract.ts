import { expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import { until } from '#testing';
import { aConfigMap, aNamespace, at, must, type TheServer } from './contract-server.js';
import type { RawAnswer } from './raw-request.js';

const TABLE = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

/** What versions mean in lists and watches, and how the two end and begin, on the wire. */
export function listsAndWatchesContract(server: TheServer): void {
  it.each([
    ['everything for a page of less than nothing', 'limit=-1'],
    ['what is newer than nothing', 'resourceVersion=0'],
    ['what is not older than nothing', 'resourceVersion=0&resourceVersionMatch=NotOlderThan'],
  ])('lists %s', async (_what, query) => {
    const namespace = await aNamespace(server().client);
    must(await server().client.create(aConfigMap(namespace, 'one', {}, { labels: { mine: 'yes' } })));
    const path = `/api/v1/namespaces/${namespace}/configmaps?labelSelector=mine%3Dyes&${query}`;
    // a list from memory may be a moment behind
    await until('the object is listed', 10_000, async () => (namesOf((await server().ask('GET', path)).json).includes('one') ? true : undefined));
  });

  it('asks to come back for a version that is not there yet', async () => {
    const namespace = await aNamespace(server().client);
    const answer = await server().ask('GET', `/api/v1/namespaces/${namespace}/configmaps?resourceVersion=99999999`);
    expect(answer).toMatchObject({ status: 504, json: { reason: 'Timeout', details: { retryAfterSeconds: 1 } }, headers: { 'retry-after': '1' } });
  });

  it('ends the initial events of a watch without a version by a bookmark that says so', async () => {
    const namespace = await aNamespace(server().client);
    must(await server().client.create(aConfigMap(namespace, 'one', {}, { labels: { mine: 'yes' } })));
    for (const query of ['', '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan']) {
      const events = await watched(server, namespace, `&allowWatchBookmarks=true${query}`);
      // A periodic bookmark may follow at any time.
      const first = events.slice(0, events.findIndex(({ type }) => type === 'BOOKMARK') + 1);
      expect(first.map(({ type, object }) => [type, at(object, 'metadata', 'annotations', 'k8s.io/initial-events-end')])).toEqual([['ADDED', undefined], ['BOOKMARK', 'true']]);
    }
  });

  it('sends no bookmarks to whom did not ask', async () => {
    const namespace = await aNamespace(server().client);
    must(await server().client.create(aConfigMap(namespace, 'one', {}, { labels: { mine: 'yes' } })));
    expect((await watched(server, namespace, '')).map(({ type }) => type)).toEqual(['ADDED']);
    expect((await watched(server, namespace, '&resourceVersion=0')).map(({ type }) => type)).toEqual(['ADDED']);
  });

  it('gives lists, objects and events as metadata alone', async () => {
    const namespace = await aNamespace(server().client);
    must(await server().client.create(aConfigMap(namespace, 'one', { a: '1' }, { labels: { mine: 'yes' } })));
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
    const shape = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'one', labels: { mine: 'yes' } } };
    const list = await server().ask('GET', `${path}?labelSelector=mine%3Dyes`, { headers: { accept: TABLE } });
    expect(list.json).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: expect.any(String) }, items: [shape] });
    const patched = await server().ask('PATCH', `${path}/one?fieldManager=x`, { body: { data: { a: '2' } }, contentType: 'application/merge-patch+json', headers: { accept } });
    expect(patched.json).toMatchObject(shape);
    expect(at(patched.json, 'data')).toBeUndefined();
    const events = eventsOf(await server().ask('GET', `${path}?watch=true&timeoutSeconds=1&labelSelector=mine%3Dyes`, { headers: { accept } }));
    expect(events).toMatchObject([{ type: 'ADDED', object: shape }]);
    expect(JSON.stringify([list.json, events])).not.toContain('"data":');
  });

  it('answers 410 when a watch or a page is to go on from too long ago, and for the page says how', async () => {
    const namespace = await aNamespace(server().client);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    for (const name of ['a', 'b', 'c']) must(await server().client.create(aConfigMap(namespace, name, {}, { labels: { paged: 'yes' } })));
    const page = `${path}?labelSelector=paged%3Dyes&limit=1&continue=`;
    const first = await server().ask('GET', page);
    must(await server().client.create(aConfigMap(namespace, 'bb', {}, { labels: { paged: 'yes' } })));
    const old = must(await server().client.create(aConfigMap(namespace, 'one'))).metadata.resourceVersion ?? '';
    for (const a of ['1', '2']) must(await server().client.apply(aConfigMap(namespace, 'one', { a }), { fieldManager: 'x', force: true }));
    await server().expireHistory();
    const answer = await server().ask('GET', `${path}?watch=true&timeoutSeconds=5&resourceVersion=${old}`);
    expect(answer.status).toBe(200);
    expect(eventsOf(answer)).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
    const next = await server().ask('GET', `${page}${String(at(first.json, 'metadata', 'continue'))}`);
    expect(next).toMatchObject({ status: 410, json: { reason: 'Expired', message: expect.stringMatching(/^The provided continue parameter is too old .* You can start a new list .*, or use the continue token/), metadata: { continue: expect.any(String) } } });
    const rest = await server().ask('GET', `${page.replace('limit=1', 'limit=9')}${String(at(next.json, 'metadata', 'continue'))}`);
    expect(namesOf(rest.json)).toEqual(['b', 'bb', 'c']);
  });
}

interface Event {
  readonly type: string;
  readonly object: JsonObject;
}

/** The events of one second about what is labelled as ours. */
async function watched(server: TheServer, namespace: string, query: string): Promise<readonly Event[]> {
  return eventsOf(await server().ask('GET', `/api/v1/namespaces/${namespace}/configmaps?watch=true&timeoutSeconds=1&labelSelector=mine%3Dyes${query}`));
}

function eventsOf(answer: RawAnswer): readonly Event[] {
  return answer.text.split('\n').filter((line) => line !== '').map((line): Event => JSON.parse(line));
}

function namesOf(list: JsonObject): readonly unknown[] {
  const items = at(list, 'items');
  return Array.isArray(items) ? items.map((item) => at(item, 'metadata', 'name')) : [];
}
