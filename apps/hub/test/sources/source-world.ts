import { canonicalJson, digestOf, noFailpoints, noTracer, silentLog, type Failpoints, type Log, type MonotonicClock, type Timers } from '#kernel';
import { applicationId, principalId, projectId, repositoryId, type ApplicationId, type ApplicationSpec, type FurtherSource, type ProjectId, type RepositoryId, type RepositoryType, type SourceSpec } from '#domain';
import { ArchiveRepositories } from '#archive';
import { IsomorphicGit, SystemGit, type GitPort } from '#git';
import { systemClock, systemMonotonic, systemRandom, systemTimers, uuidV7Ids } from '#runtime';
import { aDatabase, GitServer, type TestDatabase } from '#testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { lookup } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { EvaluateReleases } from '../../src/features/releases/evaluate-releases.js';
import { SqlFurtherSourcesStore } from '../../src/features/releases/sql-further-sources.store.js';
import { SqlReleaseStore } from '../../src/features/releases/sql-release.store.js';
import { SqlSourcesWanted } from '../../src/features/releases/sql-sources-wanted.js';
import { ApproveHistoryRewrite } from '../../src/features/repositories/approve-history-rewrite.js';
import { RepositorySchedule, RepositorySecrets } from '../../src/features/repositories/index.js';
import { RepositoryEntity, TypeormRepositoryStore } from '../../src/features/repositories/typeorm-repository.store.js';
import { ArchiveReader } from '../../src/features/sources/archive-reader.js';
import { GitEgress } from '../../src/features/sources/git-egress.js';
import { GitReader } from '../../src/features/sources/git-reader.js';
import { HostBreakers } from '../../src/features/sources/host-breakers.js';
import { PollRepository } from '../../src/features/sources/poll-repository.js';
import { SourceWatcher, type SourceWatcherSettings } from '../../src/features/sources/source-watcher.js';
import { SqlSourceStore } from '../../src/features/sources/sql-source.store.js';
import { AuditTrail } from '../../src/platform/audit/index.js';
import type { Viewer } from '../../src/platform/api/index.js';
import { openDataSource, Outbox, systemScope, TransactionContext } from '../../src/platform/database/index.js';
import { Envelope, MasterKeys } from '../../src/platform/secrets/index.js';

export const ids = uuidV7Ids(systemClock, systemRandom);
const PERSON: Viewer = {
  principalId: principalId('00000000-0000-7000-8000-0000000000b1'), name: 'ada', kind: 'USER', tokenId: '00000000-0000-7000-8000-0000000000b2', permissions: new Set(), requestId: 'test', origin: 'test',
};
export type GitAdapter = 'system' | 'isomorphic';

export interface WatcherParts {
  readonly settings?: SourceWatcherSettings;
  readonly failpoints?: Failpoints;
  readonly timers?: Timers;
  /** By which hosts are left alone. */
  readonly monotonic?: MonotonicClock;
  readonly allowedHosts?: readonly string[];
  readonly log?: Log;
  readonly adapter?: GitAdapter;
}

export interface RepositoryRow {
  readonly reason: string | null;
  readonly message: string | null;
  readonly failures: number;
  /** Until the next look. */
  readonly due_in_ms: number;
  readonly claim: string | null;
}

export interface ApplicationRow {
  readonly reason: string | null;
  readonly message: string | null;
  readonly evaluated_commit: string | null;
  readonly releases: number;
}

/** A database with a project, a Git server, and watchers over the real evaluation. Rollouts are left out: releases are what is looked at. */
export class SourceWorld {
  readonly project: ProjectId = projectId(ids.uuid());
  readonly #directories: string[] = [];
  readonly #gits: GitPort[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly dataSource: DataSource,
    readonly tx: TransactionContext,
    readonly git: GitServer,
    readonly secrets: RepositorySecrets,
    readonly defaultAdapter: GitAdapter,
  ) {}

  static async start(adapter: GitAdapter): Promise<SourceWorld> {
    const database = await aDatabase();
    const dataSource = await openDataSource({
      url: database.url, entities: [RepositoryEntity], poolSize: 10, applicationName: 'source-test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog,
    });
    const key = Buffer.from(systemRandom.bytes(32));
    const secrets = new RepositorySecrets(new Envelope(new MasterKeys({ key, id: key.subarray(0, 8) }), systemRandom), systemRandom);
    const world = new SourceWorld(database, dataSource, new TransactionContext(dataSource, systemTimers, systemRandom), await GitServer.start(), secrets, adapter);
    await world.#sql('INSERT INTO projects (id, name) VALUES ($1, $2)', [world.project, `p-${world.project}`]);
    return world;
  }

  /** A watcher of its own, with its own Git cache: another replica. */
  async watcher(parts: WatcherParts = {}): Promise<SourceWatcher> {
    const { tx } = this;
    const timers = parts.timers ?? systemTimers;
    const failpoints = parts.failpoints ?? noFailpoints;
    const log = parts.log ?? silentLog;
    const cacheDirectory = await mkdtemp(join(tmpdir(), 'capstan-watcher-'));
    this.#directories.push(cacheDirectory);
    const options = { cacheDirectory, timers: systemTimers, lookUpTimeoutMs: 3_000, fetchTimeoutMs: 10_000 };
    const git = (parts.adapter ?? this.defaultAdapter) === 'system' ? new SystemGit(options) : new IsomorphicGit(options);
    this.#gits.push(git);
    const store = new SqlSourceStore(tx, new RepositorySchedule(tx));
    const evaluation = new EvaluateReleases({ tx, store: new SqlReleaseStore(tx), further: new SqlFurtherSourcesStore(tx), rollouts: { start: () => Promise.resolve() }, audit: new AuditTrail(tx, ids), outbox: new Outbox(tx, ids), ids, tracer: noTracer(systemClock), log });
    const egress = new GitEgress(parts.allowedHosts ?? ['localhost'], async (host) => (await lookup(host, { all: true })).map(({ address }) => address), timers, log);
    const openCredentials: RepositorySecrets['openCredentials'] = (id, sealed) => this.secrets.openCredentials(id, sealed);
    const gitReader = new GitReader(git, egress, openCredentials);
    const archiveReader = new ArchiveReader(new ArchiveRepositories({ egress: (url, signal) => egress.check(url, signal), silenceMs: 2_000 }), openCredentials, systemClock);
    const poll = new PollRepository({
      readerOf: (type) => (type === 'GIT' ? gitReader : archiveReader), hosts: new HostBreakers({ monotonic: parts.monotonic ?? systemMonotonic, random: systemRandom, log, onPause: () => undefined }), store, wanted: new SqlSourcesWanted(tx), evaluation,
      meter: { measure: (work) => work() }, ids, tracer: noTracer(systemClock), failpoints, log,
    });
    return new SourceWatcher({ store, poll, timers, random: systemRandom, ids, failpoints, log }, parts.settings);
  }

  async addRepository(url: string, credentials?: { readonly username: string; readonly password: string }, type: RepositoryType = 'GIT'): Promise<RepositoryId> {
    const id = repositoryId(ids.uuid());
    const sealed = credentials && this.secrets.sealCredentials(id, credentials);
    await this.#sql('INSERT INTO repositories (project_id, id, name, url, poll_ms, credentials_encrypted, credentials_digest, type) VALUES ($1, $2, $3, $4, 60000, $5, $6, $7)', [
      this.project, id, id, url, sealed === undefined ? null : Buffer.from(sealed.sealed), sealed?.digest ?? null, type,
    ]);
    return id;
  }

  async setCredentials(id: RepositoryId, credentials: { readonly username: string; readonly password: string }): Promise<void> {
    const { sealed, digest } = this.secrets.sealCredentials(id, credentials);
    await this.#sql('UPDATE repositories SET credentials_encrypted = $2, credentials_digest = $3 WHERE id = $1', [id, Buffer.from(sealed), digest]);
  }

  async addApplication(repository: RepositoryId, path: string, ref = 'main', further?: { readonly source: Partial<SourceSpec>; readonly sources: readonly FurtherSource[] }): Promise<ApplicationId> {
    const id = applicationId(ids.uuid());
    const revision = ids.uuid();
    const spec: ApplicationSpec = {
      source: { repository, ref, path, renderer: 'AUTO', watch: [], ...further?.source }, ...(further === undefined ? {} : { sources: further.sources }), parameters: {}, substitute: false, selector: { all: true, matchLabels: {}, matchExpressions: [] }, namespace: '',
      sync: { automated: true, prune: true, drift: 'HEAL' }, strategy: { kind: 'ALL_AT_ONCE' },
    };
    const text = canonicalJson(JSON.parse(JSON.stringify(spec)));
    await this.tx.run(systemScope('test'), async () => {
      await this.tx.execute('INSERT INTO applications (project_id, id, name, repository_id, current_revision_id) VALUES ($1, $2, $3, $4, $5)', [this.project, id, `a-${id}`, repository, revision]);
      await this.tx.execute('INSERT INTO application_revisions (project_id, id, application_id, number, spec, digest, created_by) VALUES ($1, $2, $3, 1, $4, $5, $2)', [this.project, revision, id, text, digestOf(text)]);
      for (const source of further?.sources ?? []) await this.tx.execute('INSERT INTO application_sources (project_id, application_id, name, repository_id, ref) VALUES ($1, $2, $3, $4, $5)', [this.project, id, source.name, source.repository, source.ref]);
    });
    return id;
  }

  /** Makes everything due, as time would. */
  async letTimePass(): Promise<void> {
    await this.#sql('UPDATE repositories SET next_poll_at = now(), not_before = NULL');
  }

  async repository(id: RepositoryId): Promise<RepositoryRow> {
    return this.#one<RepositoryRow>(`SELECT reason, message, failures, claim, extract(epoch FROM next_poll_at - clock_timestamp())::float8 * 1000 AS due_in_ms FROM repositories WHERE id = $1`, [id]);
  }

  async application(id: ApplicationId): Promise<ApplicationRow> {
    return this.#one<ApplicationRow>('SELECT reason, message, evaluated_commit, (SELECT count(*)::int FROM releases r WHERE r.application_id = a.id) AS releases FROM applications a WHERE id = $1', [id]);
  }

  async ref(id: RepositoryId, ref = 'main'): Promise<{ readonly commit: string | null; readonly full_ref: string | null; readonly reason: string | null }> {
    return this.#one('SELECT commit, full_ref, reason FROM repository_refs WHERE repository_id = $1 AND ref = $2', [id, ref]);
  }

  /** A person looks at a ref and approves of a commit. */
  async approve(id: RepositoryId, ref: string, commit: string, fromCommit?: string): Promise<string> {
    const store = new TypeormRepositoryStore(this.tx);
    const use = new ApproveHistoryRewrite(this.tx, store, new RepositorySchedule(this.tx), new AuditTrail(this.tx, ids), new Outbox(this.tx, ids));
    const result = await use.execute(PERSON, { project: { id: this.project, name: 'test', createdAt: new Date(0) }, projectName: 'test', name: id, ref, commit, fromCommit });
    return result.ok ? 'APPROVED' : result.error.code;
  }

  /** The line of history of a ref. */
  async line(id: RepositoryId, ref = 'main'): Promise<{ readonly good: string | null; readonly rewrite: string | null; readonly held: string | null; readonly approved: string | null; readonly reason: string | null; readonly message: string | null }> {
    return this.#one('SELECT good_commit AS good, rewrite, rewritten_commit AS held, approved_commit AS approved, reason, message FROM repository_refs WHERE repository_id = $1 AND ref = $2', [id, ref]);
  }

  async follow(application: ApplicationId, ref: string): Promise<void> {
    const revision = ids.uuid();
    await this.tx.run(systemScope('test'), async () => {
      await this.tx.execute(
        `INSERT INTO application_revisions (project_id, id, application_id, number, spec, digest, created_by)
         SELECT v.project_id, $2, v.application_id, v.number + 1, jsonb_set(v.spec, '{source,ref}', to_jsonb($3::text)), 'other', v.created_by
         FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id WHERE a.id = $1`,
        [application, revision, ref],
      );
      await this.tx.execute('UPDATE applications SET current_revision_id = $2 WHERE id = $1', [application, revision]);
    });
  }

  /** The commits of an application's releases, oldest first. */
  async releasedCommits(id: ApplicationId): Promise<readonly string[]> {
    const { rows } = await this.database.pool.query<{ commit: string }>('SELECT commit FROM releases WHERE application_id = $1 ORDER BY number', [id]);
    return rows.map((row) => row.commit);
  }

  async close(): Promise<void> {
    await Promise.all(this.#gits.map((git) => git.close()));
    await this.git.dispose();
    await this.dataSource.destroy();
    await this.database.drop();
    await Promise.all(this.#directories.map((directory) => rm(directory, { recursive: true, force: true })));
  }

  async #sql(sql: string, values: unknown[] = []): Promise<void> {
    await this.database.pool.query(sql, values);
  }

  async #one<T extends object>(sql: string, values: unknown[]): Promise<T> {
    const { rows } = await this.database.pool.query<T>(sql, values);
    const [row] = rows;
    if (row === undefined) throw new Error('no such row');
    return row;
  }
}
