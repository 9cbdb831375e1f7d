import { expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import { until } from '#testing';
import { aNamespace, at, type ContractServer, type TheServer } from './contract-server.js';
import type { RawAnswer } from './raw-request.js';

const GONE_MS = 60_000;
const WAIT = { finalizers: ['example.com/wait'] };
const MERGE = 'application/merge-patch+json';

/** Owner references beyond one owner and one dependent: chains, several owners, policies, and owners that cannot be. */
export function garbageCollectionContract(server: TheServer): void {
  it('takes a chain away from its head, and a dependent of two owners after the last', async () => {
    const maps = await family(server());
    await maps.add('head');
    await maps.add('middle', ['head']);
    await maps.add('tail', ['middle']);
    await maps.add('other');
    const shared = await maps.add('shared', ['head', 'other']);
    await maps.remove('head', 'Background');
    await maps.gone('tail');
    const left = await until('the shared one has one owner', GONE_MS, async () => {
      const { json } = await maps.get('shared');
      return ownersOf(json).length === 1 ? json : undefined;
    });
    expect(ownersOf(left)).toEqual(['other']);
    const entries = at(left, 'metadata', 'managedFields');
    expect(entries).toEqual([expect.objectContaining({ fieldsV1: { 'f:metadata': { 'f:ownerReferences': { '.': {}, [`k:{"uid":"${maps.uid('other')}"}`]: {} } } } })]);
    expect(at(left, 'metadata', 'uid')).toBe(at(shared.json, 'metadata', 'uid'));
    await maps.remove('other', 'Background');
    await maps.gone('shared');
  });

  it('Foreground: waits for the dependents that block, with theirs, and not for the others', async () => {
    const maps = await family(server());
    await maps.add('owner');
    await maps.add('blocking', ['owner'], { ...WAIT }, { blockOwnerDeletion: true });
    await maps.add('grandchild', ['blocking'], {}, { blockOwnerDeletion: true });
    await maps.add('free', ['owner'], { ...WAIT });
    expect((await maps.remove('owner', 'Foreground')).json).toMatchObject({ metadata: { finalizers: ['foregroundDeletion'], deletionTimestamp: expect.any(String) } });
    await maps.gone('grandchild');
    await until('both dependents are marked', GONE_MS, async () => ([await maps.get('blocking'), await maps.get('free')].every(({ json }) => at(json, 'metadata', 'deletionTimestamp') !== undefined) ? true : undefined));
    expect((await maps.get('owner')).status).toBe(200);
    await maps.release('blocking');
    await maps.gone('owner');
    expect((await maps.get('free')).status).toBe(200);
    await maps.release('free');
    await maps.gone('free');
  });

  it('Foreground: leaves a dependent that another owner has', async () => {
    const maps = await family(server());
    await maps.add('owner');
    await maps.add('other');
    await maps.add('shared', ['owner', 'other'], {}, { blockOwnerDeletion: true });
    await maps.remove('owner', 'Foreground');
    await maps.gone('owner');
    expect(ownersOf((await maps.get('shared')).json)).toEqual(['other']);
  });

  it('Background after Foreground: no longer waits', async () => {
    const maps = await family(server());
    await maps.add('owner');
    await maps.add('held', ['owner'], { ...WAIT }, { blockOwnerDeletion: true });
    await maps.remove('owner', 'Foreground');
    expect((await maps.get('owner')).status).toBe(200);
    await maps.remove('owner', 'Background');
    await maps.gone('owner');
    await maps.release('held');
    await maps.gone('held');
  });

  it.each([
    ['propagationPolicy', { propagationPolicy: 'Orphan' }],
    ['orphanDependents', { orphanDependents: true }],
  ])('Orphan, said by %s: ends the chain at its head, and nobody owns the reference', async (_field, options) => {
    const maps = await family(server());
    await maps.add('head');
    await maps.add('middle', ['head']);
    await maps.add('tail', ['middle']);
    await server().ask('DELETE', maps.path('head'), { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } });
    await maps.gone('head');
    const middle = await maps.get('middle');
    expect([ownersOf(middle.json), at(middle.json, 'metadata', 'managedFields')]).toEqual([[], undefined]);
    expect(ownersOf((await maps.get('tail')).json)).toEqual(['middle']);
  });

  it('refuses two ways to say the policy, and two controllers', async () => {
    const maps = await family(server());
    await maps.add('one');
    expect(await server().ask('DELETE', maps.path('one'), { body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Orphan', orphanDependents: true } })).toMatchObject({ status: 422, json: { reason: 'Invalid' } });
    await maps.add('two');
    expect(await maps.add('both', ['one', 'two'], {}, { controller: true })).toMatchObject({ status: 422, json: { details: { causes: [{ field: 'metadata.ownerReferences' }] } } });
  });

  it('takes an owner in another namespace, or of another uid, for one that is gone', async () => {
    const maps = await family(server());
    const elsewhere = await family(server());
    const owner = await elsewhere.add('owner');
    await maps.add('same');
    for (const [name, uid] of [['foreign', String(at(owner.json, 'metadata', 'uid'))], ['stale', '00000000-0000-4000-8000-000000000000']] as const) {
      await server().ask('POST', maps.path(), { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: name === 'stale' ? 'same' : 'owner', uid }] } } });
      await maps.gone(name);
    }
    expect((await elsewhere.get('owner')).status).toBe(200);
  });

  it('leaves the dependents of a Job unless told otherwise', async () => {
    const maps = await family(server());
    const jobs = `/apis/batch/v1/namespaces/${maps.namespace}/jobs`;
    for (const [name, query] of [['default', ''], ['told', '?propagationPolicy=Background']] as const) {
      const spec = { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'x:1' }] } } };
      const job = await server().ask('POST', jobs, { body: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec } });
      const reference = { apiVersion: 'batch/v1', kind: 'Job', name, uid: String(at(job.json, 'metadata', 'uid')) };
      await server().ask('POST', maps.path(), { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences: [reference] } } });
      await server().ask('DELETE', `${jobs}/${name}${query}`);
      await until('the Job is gone', GONE_MS, async () => ((await server().ask('GET', `${jobs}/${name}`)).status === 404 ? true : undefined));
    }
    await maps.gone('told');
    expect(ownersOf((await maps.get('default')).json)).toEqual([]);
  });
}

interface Family {
  readonly namespace: string;
  path(name?: string): string;
  uid(name: string): string;
  add(name: string, owners?: readonly string[], metadata?: JsonObject, reference?: JsonObject): Promise<RawAnswer>;
  get(name: string): Promise<RawAnswer>;
  remove(name: string, propagationPolicy: string): Promise<RawAnswer>;
  /** Takes the finalizers off. */
  release(name: string): Promise<RawAnswer>;
  gone(name: string): Promise<true>;
}

/** ConfigMaps of one namespace that own each other, by name. */
async function family({ client, ask }: ContractServer): Promise<Family> {
  const namespace = await aNamespace(client);
  const uids = new Map<string, string>();
  const made: Family = {
    namespace,
    path: (name = '') => `/api/v1/namespaces/${namespace}/configmaps${name === '' ? '' : `/${name}`}`,
    uid: (name) => uids.get(name) ?? '',
    add: async (name, owners = [], metadata = {}, reference = {}) => {
      const ownerReferences = owners.map((owner) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: made.uid(owner), ...reference }));
      const answer = await ask('POST', made.path(), { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, name, ownerReferences } } });
      uids.set(name, String(at(answer.json, 'metadata', 'uid')));
      return answer;
    },
    get: (name) => ask('GET', made.path(name)),
    remove: (name, propagationPolicy) => ask('DELETE', made.path(name), { body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy } }),
    release: (name) => ask('PATCH', made.path(name), { body: { metadata: { finalizers: null } }, contentType: MERGE }),
    gone: (name) => until(`${name} is gone`, GONE_MS, async () => ((await made.get(name)).status === 404 ? true : undefined)),
  };
  return made;
}

function ownersOf(object: JsonObject): readonly unknown[] {
  const references = at(object, 'metadata', 'ownerReferences');
  return Array.isArray(references) ? references.map((reference) => at(reference, 'name')) : [];
}
