import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { systemTimers } from '#runtime';
import { aDatabase, seededRandom, until, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import type { FaultProxy } from '../../../../../test/faults/proxy/fault-proxy.js';
import { aWayToPostgres } from '../../../test/a-way-to-postgres.js';
import { openDataSource } from './data-source.js';
import { systemScope } from './scope.js';
import { sqlState, TransactionContext } from './transaction-context.js';

/** Found by fault schedule 1000 with two replicas: a transaction that nobody would end held its locks for half a minute, and everybody who wanted them with it. */
describe('a transaction that is in the way', () => {
  const SCOPE = systemScope('test');
  let database: TestDatabase;
  let proxy: FaultProxy;
  const opened: DataSource[] = [];
  let behindProxy: TransactionContext;
  let direct: TransactionContext;

  async function aContext(url: string): Promise<TransactionContext> {
    const dataSource = await openDataSource({ url, entities: [], poolSize: 2, applicationName: 'blocked', statementTimeoutMs: 3_000, lockTimeoutMs: 1_000, idleInTransactionTimeoutMs: 2_000, log: silentLog });
    opened.push(dataSource);
    return new TransactionContext(dataSource, systemTimers, seededRandom());
  }

  beforeAll(async () => {
    database = await aDatabase();
    const way = await aWayToPostgres(database.url);
    proxy = way.proxy;
    [behindProxy, direct] = [await aContext(way.url), await aContext(database.url)];
    await database.pool.query(`INSERT INTO projects (id, name) VALUES (gen_random_uuid(), 'wanted')`);
  }, 60_000);
  afterAll(async () => {
    proxy.begin({ how: 'cut' });
    for (const dataSource of opened) await dataSource.destroy();
    await proxy.stop();
    await database.drop();
  });

  const want = (tx: TransactionContext) => tx.query(`SELECT 1 FROM projects WHERE name = 'wanted' FOR UPDATE`);
  const stateOf = (pending: Promise<unknown>): Promise<string | undefined> => pending.then(() => 'done', sqlState);

  it('is waited for no longer than the lock time-out, and what comes after works', async () => {
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT 1 FROM projects WHERE name = 'wanted' FOR UPDATE`);
    expect(await stateOf(direct.run(SCOPE, () => want(direct)))).toBe('55P03');
    await holder.query('ROLLBACK');
    holder.release();
    expect(await stateOf(direct.run(SCOPE, () => want(direct)))).toBe('done');
  }, 120_000);

  it('of one statement that does not end is ended, and what comes after works', async () => {
    expect(await stateOf(direct.run(SCOPE, () => direct.query('SELECT pg_sleep(60)')))).toBe('57014');
    expect(await stateOf(direct.run(SCOPE, () => want(direct)))).toBe('done');
  }, 120_000);

  it('of a client that is gone without a word is ended by PostgreSQL, and its locks are free', async () => {
    const gone = stateOf(behindProxy.run(SCOPE, async () => {
      await want(behindProxy);
      proxy.begin({ how: 'blackhole' });
      return want(behindProxy); // never gets there
    }));
    await until('the lock is free', 20_000, async () => ((await stateOf(direct.run(SCOPE, () => want(direct)))) === 'done' ? true : undefined));
    expect(await gone).toBe('ECONNABORTED');
    proxy.clear();
    expect(await stateOf(behindProxy.run(SCOPE, () => want(behindProxy)))).toBe('done');
  }, 60_000);
});
