import { afterAll, beforeAll, describe } from '@jest/globals';
import { silentLog } from '#kernel';
import { principalId, projectId } from '#domain';
import { systemTimers } from '#runtime';
import { aDatabase, seededRandom, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { openDataSource, systemScope, TransactionContext } from '../../platform/database/index.js';
import { applicationRepositoryContract, FLEET } from './application.repository.contract.js';
import { ApplicationEntity, ApplicationRevisionEntity, TypeormApplicationRepository } from './typeorm-application.repository.js';

describe('TypeormApplicationRepository', () => {
  const ground = { project: projectId('00000000-0000-7000-8000-000000000001'), principal: principalId('00000000-0000-7000-8000-000000000002') };
  let database: TestDatabase;
  let dataSource: DataSource;
  let tx: TransactionContext;
  beforeAll(async () => {
    database = await aDatabase();
    await database.pool.query(`INSERT INTO projects (id, name) VALUES ($1, 'default')`, [ground.project]);
    await database.pool.query(`INSERT INTO principals (id, kind, name, roles) VALUES ($1, 'USER', 'admin', '{admin}')`, [ground.principal]);
    await database.pool.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) VALUES ($1, $2, 'fleet', 'https://git.example.com/fleet', 60000)`, [ground.project, FLEET]);
    dataSource = await openDataSource({
      url: database.url, entities: [ApplicationEntity, ApplicationRevisionEntity], poolSize: 2, applicationName: 'test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000,
      idleInTransactionTimeoutMs: 20_000, log: silentLog,
    });
    tx = new TransactionContext(dataSource, systemTimers, seededRandom());
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  applicationRepositoryContract((work) => tx.run(systemScope('test'), () => work(new TypeormApplicationRepository(tx))), () => ground);
});
