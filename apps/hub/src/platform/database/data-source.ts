import type { Log } from '#kernel';
import { Pool } from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import * as migrations from '../../../../../migrations/index.js';
import { impatientSocket } from './impatient-socket.js';

export type EntityList = MixedList<string | EntitySchema | (new () => object)>;

export interface DataSourceOptions {
  readonly url: string;
  readonly entities: EntityList;
  readonly poolSize: number;
  readonly applicationName: string;
  /** Longest statement, in milliseconds. A connection that is silent for longer, in a transaction or not, is given up. */
  readonly statementTimeoutMs: number;
  /** Longest wait for a lock, in milliseconds. */
  readonly lockTimeoutMs: number;
  /** Longest silence inside a transaction, in milliseconds: a stuck request must not hold locks. */
  readonly idleInTransactionTimeoutMs: number;
  readonly log: Log;
}

/** PostgreSQL ends a statement by itself; who has not heard of it this much later hears nothing any more. */
const SILENCE_MARGIN_MS = 2_000;

/** All migrations, in order. */
export const MIGRATIONS = Object.values(migrations);

/** A connected pool. The schema is only ever changed by migrations. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    entities: options.entities,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    logging: false,
    poolSize: options.poolSize,
    applicationName: options.applicationName,
    connectTimeoutMS: 5_000,
    poolErrorHandler: (error: unknown) => options.log.warn('a database connection of the pool broke', { error }),
    extra: {
      statement_timeout: options.statementTimeoutMs,
      lock_timeout: options.lockTimeoutMs,
      idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs,
      keepAlive: true,
      stream: () => impatientSocket(options.statementTimeoutMs + SILENCE_MARGIN_MS),
    },
  });
  return dataSource.initialize();
}

/** How busy the pool is. TypeORM keeps it behind its driver without a type. */
export function poolCounts(dataSource: DataSource): { readonly total: number; readonly waiting: number } {
  const { driver } = dataSource;
  const pool: unknown = 'master' in driver ? driver.master : undefined;
  return pool instanceof Pool ? { total: pool.totalCount, waiting: pool.waitingCount } : { total: 0, waiting: 0 };
}
