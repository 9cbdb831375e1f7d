import { afterAll, beforeAll, describe } from '@jest/globals';
import { silentLog } from '#kernel';
import { systemTimers } from '#runtime';
import { aDatabase, seededRandom, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { openDataSource, systemScope, TransactionContext } from '../../platform/database/index.js';
import { clusterRepositoryContract } from './cluster.repository.contract.js';
import { ClusterEntity, TypeormClusterRepository } from './typeorm-cluster.repository.js';

describe('TypeormClusterRepository', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tx: TransactionContext;
  beforeAll(async () => {
    database = await aDatabase();
    dataSource = await openDataSource({
      url: database.url, entities: [ClusterEntity], poolSize: 2, applicationName: 'test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog,
    });
    tx = new TransactionContext(dataSource, systemTimers, seededRandom());
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  clusterRepositoryContract((work) => tx.run(systemScope('test'), () => work(new TypeormClusterRepository(tx))));
});
