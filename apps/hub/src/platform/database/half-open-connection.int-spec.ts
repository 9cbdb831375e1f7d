import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { systemTimers } from '#runtime';
import { aDatabase, seededRandom, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { FaultProxy } from '../../../../../test/faults/proxy/fault-proxy.js';
import { openDataSource } from './data-source.js';
import { systemScope } from './scope.js';
import { sqlState, TransactionContext } from './transaction-context.js';

/**
 * Found by fault schedule 1000 with two replicas: while the connections to PostgreSQL were half open, a transaction of the planner waited for an
 * answer for ever, and with it everything that the planner does.
 */
describe('a connection to PostgreSQL that is cut without a word', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let dataSource: DataSource;
  let tx: TransactionContext;

  beforeAll(async () => {
    database = await aDatabase();
    const url = new URL(database.url);
    proxy = await FaultProxy.start({ host: '127.0.0.1', port: 0 }, { host: url.hostname, port: Number(url.port) });
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    dataSource = await openDataSource({ url: url.href, entities: [], poolSize: 2, applicationName: 'half-open', statementTimeoutMs: 1_000, lockTimeoutMs: 1_000, idleInTransactionTimeoutMs: 20_000, log: silentLog });
    tx = new TransactionContext(dataSource, systemTimers, seededRandom());
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await proxy.stop();
    await database.drop();
  });

  const work = (): Promise<unknown> => tx.run(systemScope('test'), () => tx.query('SELECT 1'));

  it.each(['requests', 'answers'] as const)('ends the transaction that waits for it (lost: %s), and the next one gets another', async (lost) => {
    await work();
    proxy.begin({ how: 'half-open', lost });
    const failure = await work().then(() => undefined, (error: unknown) => error);
    expect(sqlState(failure)).toBe('ECONNABORTED');
    proxy.clear();
    await expect(work()).resolves.toEqual([{ '?column?': 1 }]);
  }, 120_000);
});
