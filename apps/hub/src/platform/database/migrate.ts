import { errorCode, silentLog, type Log } from '#kernel';
import { escapeIdentifier } from 'pg';
import { QueryFailedError, type DataSource } from 'typeorm';
import { openDataSource } from './data-source.js';
import { CREATE_PARTITION_FUNCTION, DROP_HISTORY_FUNCTION } from './partitions.js';

/** Tables of which the application may add and read rows, and nothing else. */
export const INSERT_ONLY_TABLES = ['audit_log', 'target_transitions'] as const;

/** Tables that only functions of the owner write. */
export const READ_ONLY_TABLES = ['history_horizon'] as const;

const FUNCTIONS = ['capstan_create_partition(text, date)', 'capstan_drop_history(timestamptz)'] as const;

/** Of the fleet-wide advisory lock that lets one of n starting replicas migrate: "capstan" in ASCII, shortened to 63 bits. */
const MIGRATION_LOCK = '7161129302983246';

const LONGEST_MIGRATION_MS = 600_000;
const TABLE_WAIT_MS = 3_000;
const LOCK_NOT_AVAILABLE = '55P03';
/** Also the longest wait for another replica that gives rights. */
const LONGEST_LOOK_MS = 10_000;

export interface MigrationRequest {
  /** Connection as the owner of the tables. */
  readonly ownerUrl: string;
  /** Role of the application; receives its rights here. The same role as the owner needs none. */
  readonly appRole: string;
  readonly log?: Log;
  /** How long a change waits for a table that others use, and makes room before the next try. @default 3000 */
  readonly tableWaitMs?: number;
}

/**
 * Brings the schema up to date under an advisory lock, then gives the application role exactly what it needs.
 * Safe to call by many replicas at once and again at any time.
 */
export async function migrate(request: MigrationRequest): Promise<void> {
  if (!(await isMigrated(request))) await locked(request, LONGEST_MIGRATION_MS, (guard) => runPending(request, guard));
  await locked(request, LONGEST_LOOK_MS, (dataSource) => grantToApp(dataSource, request.appRole));
}

/**
 * A change of a table waits for all who read it, such as a backup that runs for an hour, and everybody who comes later waits behind it: the hubs that are still
 * running would stand still. So it waits a moment only, makes room, and tries again.
 */
async function runPending(request: MigrationRequest, guard: DataSource): Promise<void> {
  const tableWaitMs = request.tableWaitMs ?? TABLE_WAIT_MS;
  const dataSource = await open(request, LONGEST_MIGRATION_MS, tableWaitMs);
  try {
    for (let waitedMs = 0; ; waitedMs += 2 * tableWaitMs) {
      try {
        const done = await dataSource.runMigrations({ transaction: 'each' });
        for (const migration of done) request.log?.info('migrated', { migration: migration.name });
        return;
      } catch (error) {
        if (!isTableInUse(error) || waitedMs >= LONGEST_MIGRATION_MS) throw error;
        request.log?.warn('a table to be changed is in use by somebody, a backup perhaps: the migration is tried again', { waitedMs });
        await guard.query('SELECT pg_sleep($1)', [tableWaitMs / 1_000]);
      }
    }
  } finally {
    await dataSource.destroy();
  }
}

function isTableInUse(error: unknown): boolean {
  return error instanceof QueryFailedError && errorCode(error.driverError) === LOCK_NOT_AVAILABLE;
}

/** A look of its own with little patience: the wait for a migration is long, and a connection that is cut without a word would be waited for as long. */
async function isMigrated(request: MigrationRequest): Promise<boolean> {
  const dataSource = await open(request, LONGEST_LOOK_MS);
  try {
    const [found]: { table: string | null }[] = await dataSource.query(`SELECT to_regclass('migrations')::text AS table`);
    return typeof found?.table === 'string' && (await pendingMigrations(dataSource)).length === 0;
  } finally {
    await dataSource.destroy();
  }
}

async function locked(request: MigrationRequest, statementTimeoutMs: number, work: (dataSource: DataSource) => Promise<void>): Promise<void> {
  const dataSource = await open(request, statementTimeoutMs);
  const guard = dataSource.createQueryRunner();
  try {
    await guard.connect();
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await work(dataSource);
    await guard.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await guard.release();
    await dataSource.destroy();
  }
}

function open({ ownerUrl, log }: MigrationRequest, statementTimeoutMs: number, lockTimeoutMs = 0): Promise<DataSource> {
  return openDataSource({ url: ownerUrl, entities: [], poolSize: 2, applicationName: 'capstan-migrate', statementTimeoutMs, lockTimeoutMs, idleInTransactionTimeoutMs: 0, log: log ?? silentLog });
}

/** Names of migrations that this build knows and the database lacks. Reads as the application role. */
export async function pendingMigrations(dataSource: DataSource): Promise<readonly string[]> {
  const rows: { name: string }[] = await dataSource.query('SELECT name FROM migrations');
  const done = new Set(rows.map((row) => row.name));
  return dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name).filter((name) => !done.has(name));
}

async function grantToApp(dataSource: DataSource, appRole: string): Promise<void> {
  await dataSource.query(CREATE_PARTITION_FUNCTION);
  await dataSource.query(DROP_HISTORY_FUNCTION);
  const [owner]: { role: string }[] = await dataSource.query('SELECT current_user AS role');
  if (owner === undefined || owner.role === appRole) return;
  const role = escapeIdentifier(appRole);
  const tables: { name: string }[] = await dataSource.query(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'migrations'`,
  );
  await dataSource.query(`GRANT USAGE ON SCHEMA ${escapeIdentifier(await currentSchema(dataSource))} TO ${role}`);
  await dataSource.query(`GRANT SELECT ON migrations TO ${role}`);
  for (const { name } of tables) {
    await dataSource.query(`REVOKE ALL ON ${escapeIdentifier(name)} FROM ${role}`);
    await dataSource.query(`GRANT ${rightsOn(name)} ON ${escapeIdentifier(name)} TO ${role}`);
  }
  for (const name of FUNCTIONS) {
    await dataSource.query(`REVOKE ALL ON FUNCTION ${name} FROM PUBLIC`);
    await dataSource.query(`GRANT EXECUTE ON FUNCTION ${name} TO ${role}`);
  }
}

function rightsOn(name: string): string {
  if (READ_ONLY_TABLES.some((table) => table === name)) return 'SELECT';
  return INSERT_ONLY_TABLES.some((table) => table === name) ? 'SELECT, INSERT' : 'SELECT, INSERT, UPDATE, DELETE';
}

async function currentSchema(dataSource: DataSource): Promise<string> {
  const [row]: { schema: string }[] = await dataSource.query('SELECT current_schema() AS schema');
  if (row === undefined) throw new Error('the database has no current schema');
  return row.schema;
}
