import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { aDatabase, anEmptyDatabase, type TestDatabase } from '#testing';
import { openDataSource } from './data-source.js';
import { INSERT_ONLY_TABLES, migrate, pendingMigrations, READ_ONLY_TABLES } from './migrate.js';

const options = { entities: [], poolSize: 3, applicationName: 'test', statementTimeoutMs: 10_000, lockTimeoutMs: 2_000, idleInTransactionTimeoutMs: 10_000, log: silentLog };

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await anEmptyDatabase()), 60_000);
  afterAll(() => database.drop());

  it('go up, down and up again, leaving nothing behind', async () => {
    const dataSource = await openDataSource({ ...options, url: database.ownerUrl });
    const tables = async (): Promise<string[]> => {
      const { rows } = await database.pool.query<{ name: string }>(`SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname <> 'migrations' ORDER BY 1`);
      return rows.map((row) => row.name).filter((name) => !name.startsWith('migrations') && name !== 'PK_8c82d7f526340ab734260ea46be');
    };
    const applied = await dataSource.runMigrations();
    const first = await tables();
    for (const _ of applied) await dataSource.undoLastMigration();
    expect(await tables()).toEqual([]);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(first);
    await dataSource.destroy();
  });

  it('run once when many replicas start together', async () => {
    await Promise.all([1, 2, 3, 4].map(() => migrate({ ownerUrl: database.ownerUrl, appRole: 'capstan_app' })));
    const dataSource = await openDataSource({ ...options, url: database.url });
    expect(await pendingMigrations(dataSource)).toEqual([]);
    await dataSource.destroy();
  });
});

describe('rights of the application role', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await aDatabase()), 60_000);
  afterAll(() => database.drop());

  it.each([
    ...INSERT_ONLY_TABLES.flatMap((table) => [`UPDATE ${table} SET id = id`, `DELETE FROM ${table}`, `TRUNCATE ${table}`, `DELETE FROM ${table}_default`, `DROP TABLE ${table}_default`]),
    ...READ_ONLY_TABLES.flatMap((table) => [`INSERT INTO ${table} DEFAULT VALUES`, `UPDATE ${table} SET singleton = singleton`, `DELETE FROM ${table}`]),
  ])(
    'refuse: %s',
    async (sql) => {
      const dataSource = await openDataSource({ ...options, url: database.url });
      await expect(dataSource.query(sql)).rejects.toMatchObject({ driverError: { code: '42501' } });
      await dataSource.destroy();
    },
  );
});
