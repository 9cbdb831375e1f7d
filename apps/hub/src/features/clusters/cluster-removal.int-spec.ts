import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf, err, ok, silentLog } from '#kernel';
import { principalId } from '#domain';
import { systemTimers } from '#runtime';
import { aDatabase, countingIds, seededRandom, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { AuditTrail } from '../../platform/audit/index.js';
import { openDataSource, Outbox, systemScope, TransactionContext } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { readHubConfig } from '../../platform/config.js';
import { CreateCluster } from './create-cluster.js';
import { FinishRemoval } from './finish-removal.js';
import type { HubTrust } from './hub-trust.js';
import { LabelCluster } from './label-cluster.js';
import type { PlacementImpact, RemovalNeedsConfirmation } from './placement-impact.js';
import { RemovalController } from './removal-controller.js';
import { RemoveCluster } from './remove-cluster.js';
import { ClusterEntity, TypeormClusterRepository } from './typeorm-cluster.repository.js';

const viewer: Viewer = { principalId: principalId('00000000-0000-7000-8000-0000000000ff'), name: 'admin', kind: 'USER', tokenId: 't', permissions: new Set(), requestId: 'r', origin: 'test' };
const refusal: RemovalNeedsConfirmation = { code: 'REMOVAL_NEEDS_CONFIRMATION', count: 7, digest: digestOf('these seven'), targets: ['default/podinfo@eu-1'] };

describe('removing a cluster', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tx: TransactionContext;
  let openTombstones = 0;
  let isGuarded = false;
  const happened: string[] = [];
  const placement: PlacementImpact = {
    begin: () => Promise.resolve(),
    onClustersChanged: (change) => Promise.resolve(isGuarded && change.confirmedRemovals !== refusal.digest ? err(refusal) : ok(undefined)),
    onClusterRemoval: () => Promise.resolve(void happened.push('tombstones')),
    countOpenTombstones: () => Promise.resolve(openTombstones),
    onClusterRemoved: () => Promise.resolve(void happened.push('closed')),
  };
  const trust: HubTrust = {
    trust: () => Promise.resolve({ caPem: '', caHash: '' }),
    newJoinToken: () => ({ token: '', hash: new Uint8Array(), ttlMs: 1 }),
    revokeCertificates: () => Promise.resolve(void happened.push('revoked')),
  };
  let create: CreateCluster;
  let label: LabelCluster;
  let remove: RemoveCluster;
  let controller: RemovalController;

  beforeAll(async () => {
    database = await aDatabase();
    dataSource = await openDataSource({ url: database.url, entities: [ClusterEntity], poolSize: 3, applicationName: 'test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog });
    tx = new TransactionContext(dataSource, systemTimers, seededRandom());
    const ids = countingIds();
    const [clusters, audit, outbox] = [new TypeormClusterRepository(tx), new AuditTrail(tx, ids), new Outbox(tx, ids)] as const;
    const finish = new FinishRemoval(tx, clusters, placement, trust, audit, outbox);
    create = new CreateCluster(tx, clusters, placement, audit, outbox, ids);
    label = new LabelCluster(tx, clusters, placement, audit, outbox);
    remove = new RemoveCluster(tx, clusters, placement, finish, audit);
    controller = new RemovalController(tx, clusters, finish, systemTimers, seededRandom(), silentLog, readHubConfig({}));
  }, 60_000);
  afterEach(() => {
    openTombstones = 0;
    isGuarded = false;
    happened.length = 0;
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const anActiveCluster = async (name: string): Promise<void> => {
    expect(await create.execute(viewer, { name, labels: { env: 'prod' } })).toMatchObject({ ok: true });
    await database.pool.query(`UPDATE clusters SET state = 'ACTIVE' WHERE name = $1`, [name]);
  };
  const stateOf = async (name: string): Promise<unknown> => (await database.pool.query<{ state: string }>('SELECT state FROM clusters WHERE name = $1', [name])).rows[0]?.state;

  it('waits until its agent has acknowledged every tombstone, then revokes', async () => {
    await anActiveCluster('patient');
    openTombstones = 2;
    expect(await remove.execute(viewer, { name: 'patient', force: false })).toMatchObject({ ok: true, value: { state: 'REMOVING' } });
    await controller.pass();
    expect({ state: await stateOf('patient'), happened: [...happened] }).toEqual({ state: 'REMOVING', happened: ['tombstones'] });
    expect(await remove.execute(viewer, { name: 'patient', force: false })).toEqual({ ok: false, error: { code: 'CLUSTER_NOT_ACTIVE', name: 'patient', state: 'REMOVING' } });
    openTombstones = 0;
    await controller.pass();
    expect({ state: await stateOf('patient'), happened }).toEqual({ state: 'REMOVED', happened: ['tombstones', 'closed', 'revoked'] });
  });

  it('ends at the deadline, by database time, even if the agent never answers', async () => {
    await anActiveCluster('gone');
    openTombstones = 1;
    await remove.execute(viewer, { name: 'gone', force: false });
    await database.pool.query(`UPDATE clusters SET removal_deadline = now() - interval '1 second' WHERE name = 'gone'`);
    await controller.pass();
    expect(await stateOf('gone')).toBe('REMOVED');
  });

  it('does not wait when forced, also when it waits already', async () => {
    for (const name of ['forced', 'forced-later']) {
      await anActiveCluster(name);
      openTombstones = 1;
      if (name === 'forced-later') await remove.execute(viewer, { name, force: false });
      expect(await remove.execute(viewer, { name, force: true })).toMatchObject({ ok: true, value: { state: 'REMOVED' } });
    }
    expect(happened.filter((event) => event === 'tombstones')).toHaveLength(2);
  });

  it('a label change that the removal guard refuses changes nothing, and goes through with the digest', async () => {
    await anActiveCluster('guarded');
    isGuarded = true;
    const command = { name: 'guarded', set: { env: 'dev' }, remove: [], version: undefined };
    const undoIfRefused = (confirmRemovals: typeof refusal.digest | undefined): ReturnType<LabelCluster['execute']> =>
      tx.run({ kind: 'viewer', viewer, requestId: 'r' }, () => tx.savepoint(async () => {
        const value = await label.execute(viewer, { ...command, confirmRemovals });
        return { keep: value.ok, value };
      }));
    expect(await undoIfRefused(undefined)).toEqual({ ok: false, error: refusal });
    const labels = async (): Promise<unknown> => (await database.pool.query<{ labels: unknown }>(`SELECT labels FROM clusters WHERE name = 'guarded'`)).rows[0]?.labels;
    expect(await labels()).toEqual({ env: 'prod' });
    expect(await undoIfRefused(refusal.digest)).toMatchObject({ ok: true });
    expect(await labels()).toEqual({ env: 'dev' });
  });

  it('leaves one audit row per act', async () => {
    const { rows } = await database.pool.query(`SELECT actor_kind, action FROM audit_log WHERE object_id = (SELECT id::text FROM clusters WHERE name = 'patient') ORDER BY at, id`);
    expect(rows).toEqual([{ actor_kind: 'PRINCIPAL', action: 'createCluster' }, { actor_kind: 'PRINCIPAL', action: 'removeCluster' }, { actor_kind: 'SYSTEM', action: 'cluster.removed' }]);
    expect(await tx.run(systemScope('test'), () => tx.query(`SELECT 1 FROM outbox WHERE kind = 'cluster.removed'`))).toHaveLength(4);
  });
});
