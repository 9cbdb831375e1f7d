import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { anEmptyDatabase, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { openDataSource } from './data-source.js';
import { migrate, pendingMigrations } from './migrate.js';

const options = { entities: [], poolSize: 3, applicationName: 'test', statementTimeoutMs: 10_000, lockTimeoutMs: 2_000, idleInTransactionTimeoutMs: 10_000, log: silentLog };
const id = (last: number): string => `00000000-0000-7000-8000-${String(last).padStart(12, '0')}`;
const [PROJECT, REPOSITORY, APPLICATION, REVISION, RELEASE, CLUSTER, TARGET] = [1, 2, 3, 4, 5, 6, 7].map(id);

/** One row of everything, by columns that the first schema has. */
const ROWS: readonly (readonly [string, readonly unknown[]])[] = [
  [`INSERT INTO projects (id, name) VALUES ($1, 'shop')`, [PROJECT]],
  [`INSERT INTO repositories (project_id, id, name, url, poll_ms) VALUES ($1, $2, 'fleet', 'https://git.example.com/fleet.git', 60000)`, [PROJECT, REPOSITORY]],
  [`INSERT INTO applications (project_id, id, name, repository_id, current_revision_id) VALUES ($1, $2, 'web', $3, $4)`, [PROJECT, APPLICATION, REPOSITORY, REVISION]],
  [`INSERT INTO application_revisions (project_id, id, application_id, number, spec, digest, created_by) VALUES ($1, $2, $3, 1, '{}', 'd', $2)`, [PROJECT, REVISION, APPLICATION]],
  [`INSERT INTO releases (project_id, id, application_id, number, revision_id, repository_id, commit, ref, source_digest, release_key, author, subject, committed_at)
    VALUES ($1, $2, $3, 1, $4, $5, 'c', 'main', 's', 'k', 'a', 's', now())`, [PROJECT, RELEASE, APPLICATION, REVISION, REPOSITORY]],
  [`INSERT INTO clusters (id, name, labels) VALUES ($1, 'eu-1', '{}')`, [CLUSTER]],
  [`INSERT INTO targets (project_id, id, application_id, cluster_id, assigned_release_id) VALUES ($1, $2, $3, $4, $5)`, [PROJECT, TARGET, APPLICATION, CLUSTER, RELEASE]],
  [`INSERT INTO target_status (target_id, cluster_id) VALUES ($1, $2)`, [TARGET, CLUSTER]],
];
/** What only later schemas can say. */
const LATER: readonly (readonly [string, readonly unknown[]])[] = [
  [`UPDATE projects SET policy = '{"health": [{"group": "", "kind": "A"}], "ignore": []}'`, []],
  [`UPDATE repositories SET type = 'OCI'`, []],
  [`UPDATE releases SET full_ref = 'tag/v1', location = 'https://registry.example.com/x'`, []],
  [`INSERT INTO application_sources (project_id, application_id, name, repository_id, ref) VALUES ($1, $2, 'env', $3, 'main')`, [PROJECT, APPLICATION, REPOSITORY]],
  [`INSERT INTO release_sources (project_id, release_id, name, repository_id, commit, ref, full_ref) VALUES ($1, $2, 'env', $3, 'c', 'main', 'refs/heads/main')`, [PROJECT, RELEASE, REPOSITORY]],
  [`UPDATE target_status SET refused_epoch = 1, refused_generation = 2, refused_reason = 'UNSUPPORTED_ASSIGNMENT', refused_message = ''`, []],
  [`INSERT INTO target_transitions (id, project_id, target_id, kind, generation, epoch, rollout_id, cause, actor) VALUES ($1, $2, $3, 'HELD', 1, 1, $1, 'SELECTOR', 'ada')`, [id(8), PROJECT, TARGET]],
  [`INSERT INTO target_baselines (cut, target_id, kind, id, at, project_id, generation) VALUES (now(), $1, 'CREATED', $2, now(), $3, 0)`, [TARGET, id(9), PROJECT]],
  [`INSERT INTO history_horizon (since) VALUES (now())`, []],
];
const TABLES = ['projects', 'repositories', 'applications', 'application_revisions', 'releases', 'clusters', 'targets', 'target_status'];

describe('migrations after the first schema', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await anEmptyDatabase();
    dataSource = await openDataSource({ ...options, url: database.ownerUrl });
    await dataSource.runMigrations();
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** The row of each table by columns of the first schema, and the file that holds it: another file is a table that was written anew, locked all the while. */
  async function seen(): Promise<readonly object[]> {
    return Promise.all(TABLES.map(async (table) => {
      const [{ file } = { file: 0 }] = await dataSource.query<{ file: number }[]>(`SELECT pg_relation_filenode($1) AS file`, [table]);
      const [{ rows } = { rows: 0 }] = await dataSource.query<{ rows: number }[]>(`SELECT count(*)::int AS rows FROM ${table}`);
      return { table, file, rows };
    }));
  }

  it('go down and up over rows, whatever later builds wrote into them; nothing is lost, and no table is written anew', async () => {
    const later = dataSource.migrations.length - 1;
    await dataSource.transaction(async (manager) => {
      for (const [sql, parameters] of [...ROWS, ...LATER]) await manager.query(sql, [...parameters]);
    });
    const before = await seen();
    expect(before).toEqual(TABLES.map((table) => expect.objectContaining({ table, rows: 1 })));
    for (let round = 0; round < 2; round += 1) {
      for (let undone = 0; undone < later; undone += 1) await dataSource.undoLastMigration();
      expect(await seen()).toEqual(before);
      expect(await dataSource.runMigrations()).toHaveLength(later);
      expect(await seen()).toEqual(before);
    }
    const [row] = await dataSource.query<object[]>(`SELECT r.type, p.policy, e.location, a.sources_version, s.refused_reason FROM repositories r, projects p, releases e, applications a, target_status s`);
    expect(row).toEqual({ type: 'GIT', policy: { health: [], ignore: [] }, location: null, sources_version: 0, refused_reason: null });
  });

  it('take nobody for the author only of what the newest release has brought', async () => {
    while (!(await pendingMigrations(dataSource)).some((name) => name.startsWith('NobodySinceRelease'))) await dataSource.undoLastMigration();
    for (const [name, commit] of [['pinned', 'c'], ['moved', 'd']]) {
      await dataSource.query(`INSERT INTO application_sources (project_id, application_id, name, repository_id, ref, commit, full_ref, digest) VALUES ($1, $2, $3, $4, 'main', $5, 'refs/heads/main', 'd')`, [PROJECT, APPLICATION, name, REPOSITORY, commit]);
      await dataSource.query(`INSERT INTO release_sources (project_id, release_id, name, repository_id, commit, ref, full_ref) VALUES ($1, $2, $3, $4, 'c', 'main', 'refs/heads/main')`, [PROJECT, RELEASE, name, REPOSITORY]);
    }
    await dataSource.runMigrations();
    expect(await dataSource.query('SELECT name, people FROM application_sources ORDER BY name')).toEqual([{ name: 'moved', people: null }, { name: 'pinned', people: { isComplete: true, people: [] } }]);
  });

  it('wait for whoever reads a table without making others wait behind them', async () => {
    // Back to before the one that changes the table.
    while (!(await pendingMigrations(dataSource)).some((name) => name.startsWith('RefusedOrders'))) await dataSource.undoLastMigration();
    const reader = dataSource.createQueryRunner();
    await reader.startTransaction();
    await reader.query('SELECT count(*) FROM target_status'); // a backup holds its tables so to its end
    let isDone = false;
    const migrated = migrate({ ownerUrl: database.ownerUrl, appRole: 'capstan_app', tableWaitMs: 200 }).finally(() => (isDone = true));
    const waits: number[] = [];
    for (let look = 0; look < 10; look += 1) {
      const startedAt = performance.now();
      await dataSource.query('SELECT count(*) FROM target_status');
      waits.push(performance.now() - startedAt);
      await dataSource.query('SELECT pg_sleep(0.1)');
    }
    expect(isDone).toBe(false);
    expect(Math.max(...waits)).toBeLessThan(5_000); // else it ends when the reader does, which is never
    await reader.commitTransaction();
    await reader.release();
    await migrated;
    expect(await pendingMigrations(dataSource)).toEqual([]);
  });
});
