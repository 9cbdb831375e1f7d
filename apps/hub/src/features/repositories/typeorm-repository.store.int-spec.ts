import { afterAll, beforeAll, describe } from '@jest/globals';
import { silentLog } from '#kernel';
import { projectId, type ProjectId } from '#domain';
import { systemTimers } from '#runtime';
import { aDatabase, seededRandom, type TestDatabase } from '#testing';
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { openDataSource, systemScope, TransactionContext } from '../../platform/database/index.js';
import { repositoryStoreContract } from './repository.store.contract.js';
import { RepositoryEntity, TypeormRepositoryStore } from './typeorm-repository.store.js';

describe('TypeormRepositoryStore', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tx: TransactionContext;
  let project: ProjectId;
  beforeAll(async () => {
    database = await aDatabase();
    dataSource = await openDataSource({
      url: database.url, entities: [RepositoryEntity], poolSize: 2, applicationName: 'test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog,
    });
    tx = new TransactionContext(dataSource, systemTimers, seededRandom());
    const { rows } = await database.pool.query<{ id: string }>('INSERT INTO projects (id, name) VALUES ($1, $2) RETURNING id', [randomUUID(), 'store-contract']);
    project = projectId(rows[0]?.id ?? '');
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  repositoryStoreContract(() => ({
    project,
    run: (work) => tx.run(systemScope('test'), () => work(new TypeormRepositoryStore(tx))),
    addApplication: async (repository, name) => {
      const [application, revision] = [randomUUID(), randomUUID()];
      await tx.run(systemScope('test'), async () => {
        await tx.execute('INSERT INTO applications (project_id, id, name, repository_id, current_revision_id) VALUES ($1, $2, $3, $4, $5)', [project, application, name, repository, revision]);
        await tx.execute(`INSERT INTO application_revisions (project_id, id, application_id, number, spec, digest, created_by) VALUES ($1, $2, $3, 1, '{}', 'x', $2)`, [project, revision, application]);
      });
    },
  }));
});
