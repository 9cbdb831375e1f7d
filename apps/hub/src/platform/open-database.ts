import { backoffMs, type Log, type Random, type Timers } from '#kernel';
import type { DataSource } from 'typeorm';
import { ConfigError, type HubConfig } from './config.js';
import { startEmbeddedPostgres } from './database/embedded-postgres.js';
import { createPartitions, migrate, openDataSource, sqlState, type EntityList } from './database/index.js';

export interface OpenedDatabase {
  readonly dataSource: DataSource;
  /** Of the application role, for the listener. */
  readonly url: string;
  /** Closes the pool, and stops PostgreSQL if it is ours. */
  close(): Promise<void>;
}

const CONNECT_ATTEMPTS = 12;
const CONNECT_RETRY = { baseMs: 250, maxMs: 5_000 };
const NOT_YET = /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|08006|57P0[123])$/;

/**
 * Opens the database and brings its schema up to date: the configured one, waiting half a minute for it to come up, else an
 * embedded one.
 * @throws ConfigError when PostgreSQL refuses what DATABASE_URL says.
 */
export async function openDatabase(config: HubConfig, entities: EntityList, ports: { readonly timers: Timers; readonly random: Random; readonly log: Log }): Promise<OpenedDatabase> {
  const { log, timers, random } = ports;
  const embedded = config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir, timers, random, log }) : undefined;
  const url = embedded?.appUrl ?? config.databaseUrl?.reveal() ?? '';
  const ownerUrl = embedded?.ownerUrl ?? config.migrateDatabaseUrl?.reveal() ?? url;
  try {
    await whenUp(() => migrate({ ownerUrl, appRole: roleOf(url), log }), ports);
    const dataSource = await whenUp(() => openPool(url, config, entities, log), ports);
    return {
      dataSource,
      url,
      async close() {
        await dataSource.destroy();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function openPool(url: string, config: HubConfig, entities: EntityList, log: Log): Promise<DataSource> {
  const dataSource = await openDataSource({
    url, entities, log, applicationName: 'capstan-hub', poolSize: config.databasePoolSize, statementTimeoutMs: config.statementTimeoutMs,
    lockTimeoutMs: config.lockTimeoutMs, idleInTransactionTimeoutMs: config.idleInTransactionTimeoutMs,
  });
  try {
    await createPartitions(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function whenUp<T>(work: () => Promise<T>, { timers, random, log }: { readonly timers: Timers; readonly random: Random; readonly log: Log }): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const state = sqlState(error) ?? '';
      if (/^(28|3D)/.test(state)) throw new ConfigError('DATABASE_URL', `PostgreSQL refuses it (SQLSTATE ${state}): check role, password and database name`);
      if (!NOT_YET.test(state)) throw error;
      if (attempt >= CONNECT_ATTEMPTS) throw new ConfigError('DATABASE_URL', `PostgreSQL cannot be reached (${state}): check host and port, and that it runs`);
      log.warn('PostgreSQL cannot be reached yet', { code: state, attempt });
      await timers.sleep(backoffMs(CONNECT_RETRY, attempt, random));
    }
  }
}

function roleOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}
