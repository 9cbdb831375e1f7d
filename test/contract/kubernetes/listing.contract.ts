import { expect, it } from '@jest/globals';
import { aConfigMap, aNamespace, failureOf, must, resourceOf, type TheServer } from './contract-server.js';

export function listingContract(server: TheServer): void {
  it.each([
    ['color=red', ['a', 'b']],
    ['color!=red', ['c', 'd']],
    ['color in (red, blue),size=s', ['a', 'c']],
    ['color notin (red)', ['c', 'd']],
    ['size', ['a', 'b', 'c']],
    ['!size', ['d']],
  ])('selects by labels: %s', async (labelSelector, expected) => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const labels: Readonly<Record<string, { readonly [key: string]: string }>> = { a: { color: 'red', size: 's' }, b: { color: 'red', size: 'l' }, c: { color: 'blue', size: 's' }, d: { other: 'x' } };
    for (const [name, of] of Object.entries(labels)) must(await client.create(aConfigMap(namespace, name, {}, { labels: { ...of, mine: 'yes' } })));
    const list = must(await client.list(await resourceOf(client, 'ConfigMap'), { namespace, labelSelector: `${labelSelector},mine=yes` }));
    expect(list.items.map((item) => item.metadata.name)).toEqual(expected);
  });

  it('refuses a selector that does not parse', async () => {
    const { client } = server();
    expect(failureOf(await client.list(await resourceOf(client, 'ConfigMap'), { labelSelector: 'a in (' }))).toMatchObject({ code: 'BAD_REQUEST', httpStatus: 400 });
  });

  it('selects by the name field', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    for (const name of ['a', 'b']) must(await client.create(aConfigMap(namespace, name)));
    const list = must(await client.list(await resourceOf(client, 'ConfigMap'), { namespace, fieldSelector: 'metadata.name=b' }));
    expect(list.items.map((item) => item.metadata.name)).toEqual(['b']);
  });

  it('gives pages of one moment, in the order of names', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const name of names.toReversed()) must(await client.create(aConfigMap(namespace, name, {}, { labels: { mine: 'yes' } })));
    const pages = [];
    for await (const page of client.pages(configMaps, { namespace, labelSelector: 'mine=yes', pageSize: 3 })) {
      pages.push(must(page));
      must(await client.create(aConfigMap(namespace, `z-${pages.length}`, {}, { labels: { mine: 'yes' } })));
    }
    expect(pages.map((page) => page.items.map((item) => item.metadata.name))).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
    expect(pages.map((page) => page.isLast)).toEqual([false, false, true]);
    expect(new Set(pages.map((page) => page.resourceVersion)).size).toBe(1);
    expect(must(await client.list(configMaps, { namespace, labelSelector: 'mine=yes', pageSize: 3 })).items).toHaveLength(10);
  });

  it('gives pages by the bytes of what came, and refuses one that is far too large', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const names = Array.from({ length: 30 }, (_, index) => `map-${String(index).padStart(2, '0')}`);
    for (const name of names) must(await client.create(aConfigMap(namespace, name, { text: 'x'.repeat(3_000) }, { labels: { mine: 'yes' } })));
    const pages = [];
    for await (const page of client.pages(configMaps, { namespace, labelSelector: 'mine=yes', pageBytes: 18_000 })) pages.push(must(page).items.map((item) => item.metadata.name));
    expect(pages.flat()).toEqual(names);
    expect(pages[0]).toHaveLength(10);
    expect(pages.slice(1).every(({ length }) => length <= 6)).toBe(true);
    for await (const page of client.pages(configMaps, { namespace, labelSelector: 'mine=yes', pageBytes: 2_000 })) expect(failureOf(page)).toMatchObject({ code: 'TOO_LARGE' });
  });

  it('gives full objects, or their metadata alone', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const object = must(await client.create(aConfigMap(namespace, 'one', { a: '1' }, { labels: { mine: 'yes' } })));
    const whole = must(await client.list(configMaps, { namespace, labelSelector: 'mine=yes' }));
    const metadata = must(await client.list(configMaps, { namespace, labelSelector: 'mine=yes', metadataOnly: true }));
    expect(whole.items).toEqual([object]);
    expect(metadata.items).toEqual([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: object.metadata }]);
    expect(must(await client.list(configMaps, { namespace, labelSelector: 'mine=no' })).items).toEqual([]);
    expect(must(await client.list(configMaps, { namespace, labelSelector: 'mine=no', metadataOnly: true })).items).toEqual([]);
    expect(must(await client.get(configMaps, namespace, 'one', { metadataOnly: true }))).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: object.metadata });
  });

  it('lists over all namespaces', async () => {
    const { client } = server();
    const namespaces = [await aNamespace(client), await aNamespace(client)];
    const mark = namespaces.join('.');
    for (const namespace of namespaces) must(await client.create(aConfigMap(namespace, 'one', {}, { labels: { mark } })));
    const list = must(await client.list(await resourceOf(client, 'ConfigMap'), { labelSelector: `mark=${mark}` }));
    expect(list.items.map((item) => item.metadata.namespace)).toEqual(namespaces.toSorted());
  });

  it('gives an empty list with a resourceVersion to go on from', async () => {
    const { client } = server();
    const list = must(await client.list(await resourceOf(client, 'apps/Deployment'), { namespace: await aNamespace(client) }));
    expect(list).toEqual({ items: [], resourceVersion: expect.stringMatching(/^\d+$/) });
  });
}
