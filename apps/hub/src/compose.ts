import 'reflect-metadata';
import { noFailpoints, noTracer, type Clock, type Failpoints, type Ids, type MonotonicClock, type Random, type Timers } from '#kernel';
import { killAtFailpoint, OtlpExporter, systemClock, systemMonotonic, systemRandom, systemTimers, uuidV7Ids } from '#runtime';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream } from 'pino';
import { AppModule } from './app.module.js';
import { ENTITIES } from './entities.js';
import { HUB_FAILPOINTS } from './hub-failpoints.js';
import { bootstrapAdministrator } from './platform/access/index.js';
import type { HubConfig } from './platform/config.js';
import { Notifications, pendingMigrations, poolCounts, TransactionContext } from './platform/database/index.js';
import { httpAdapter, instrument, Listeners, Metrics, Readiness, serveGraphiql } from './platform/http/index.js';
import { createLogger, logOf } from './platform/logging.js';
import { NestLog } from './platform/nest-log.js';
import { openDatabase } from './platform/open-database.js';
import { loadMasterKeys } from './platform/secrets/index.js';
import { HUB_VERSION } from './platform/version.js';

export { ConfigError, readHubConfig, type HubConfig } from './platform/config.js';

/** What tests and the demo may put in place of the real thing. */
export interface HubOverrides {
  readonly clock?: Clock;
  readonly monotonic?: MonotonicClock;
  readonly timers?: Timers;
  readonly random?: Random;
  readonly ids?: Ids;
  readonly failpoints?: Failpoints;
  /** Where log lines go; standard output otherwise. */
  readonly logTo?: DestinationStream;
}

export interface RunningHub {
  /** Base URL of the API, as seen from this machine. */
  readonly url: string;
  /** Ports that are really listened on; 0 for a listener that this replica's roles do not have. */
  readonly ports: { readonly http: number; readonly agent: number; readonly enroll: number };
  /** Stops in order: no new work, agents and workers, open requests, database. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts a hub in this process: database, migrations, listeners, controllers of its roles.
 * @throws ConfigError for settings that cannot work.
 */
export async function startHub(config: HubConfig, overrides: HubOverrides = {}): Promise<RunningHub> {
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? systemRandom;
  const timers = overrides.timers ?? systemTimers;
  const ids = overrides.ids ?? uuidV7Ids(clock, random);
  const logger = createLogger(config.logLevel, overrides.logTo);
  const log = logOf(logger);
  let lostSpans = 0;
  const exporter = config.otlpEndpoint && new OtlpExporter({ endpoint: config.otlpEndpoint, service: 'capstan-hub', version: HUB_VERSION, clock, timers, log, onLost: (count) => (lostSpans += count) });
  const masterKeys = await loadMasterKeys(config.masterKeyFile, config.dataDir, random, log);
  const database = await openDatabase(config, ENTITIES, { timers, random, log });
  const tx = new TransactionContext(database.dataSource, timers, random);
  const notifications = new Notifications(database.url, timers, random, log);
  const undo: (() => Promise<void>)[] = [() => exporter?.close() ?? Promise.resolve(), () => database.close(), () => notifications.stop()];
  const unwind = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    await notifications.start();
    await bootstrapAdministrator({ tx, ids, random, log }, config.adminToken, config.dataDir);
    const parts = {
      config, clock, random, timers, ids, logger, log, tracer: exporter ?? noTracer(clock), tx, notifications, masterKeys, dataSource: database.dataSource,
      monotonic: overrides.monotonic ?? systemMonotonic, failpoints: overrides.failpoints ?? (config.isFailpointEnabled && config.failpoint !== undefined ? killAtFailpoint(config.failpoint, HUB_FAILPOINTS) : noFailpoints),
    };
    const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(parts), httpAdapter(ids), { logger: new NestLog(log), abortOnError: false });
    undo.push(() => app.close());
    addReadiness(app, parts);
    const metrics = app.get(Metrics);
    undo.push(() => Promise.resolve(metrics.close()));
    const server = app.getHttpAdapter().getInstance();
    instrument(server, metrics);
    if (config.roles.includes('api')) serveGraphiql(server);
    metrics.gauge('database_connections', 'Connections of the pool, in use or idle.', () => poolCounts(database.dataSource).total);
    metrics.gauge('database_waiting', 'Requests that wait for a connection of the pool.', () => poolCounts(database.dataSource).waiting);
    if (exporter !== undefined) metrics.gauge('trace_spans_lost', 'Spans of this process that did not reach the collector of traces.', () => lostSpans);
    await app.listen(config.httpPort, config.listenHost);
    const listeners = app.get(Listeners);
    const http = portOf(app);
    listeners.set('http', http);
    log.info('the hub serves', { http, agent: listeners.get('agent'), enroll: listeners.get('enroll'), roles: config.roles });
    let closing: Promise<void> | undefined;
    return {
      url: `http://${config.listenHost === '0.0.0.0' ? 'localhost' : config.listenHost}:${http}`,
      ports: { http, agent: listeners.get('agent') ?? 0, enroll: listeners.get('enroll') ?? 0 },
      close: () => (closing ??= unwind()),
    };
  } catch (error) {
    await unwind().catch((failure: unknown) => log.warn('cleaning up after a failed start failed too', { error: failure }));
    throw error;
  }
}

function addReadiness(app: NestFastifyApplication, parts: { readonly config: HubConfig; readonly notifications: Notifications; readonly dataSource: Parameters<typeof pendingMigrations>[0] }): void {
  const readiness = app.get(Readiness);
  const listeners = app.get(Listeners);
  readiness.add('database', async () => {
    const pending = await pendingMigrations(parts.dataSource);
    return pending.length === 0 ? undefined : `migrations are missing: ${pending.join(', ')}`;
  });
  readiness.add('notifications', () => (parts.notifications.isConnected ? undefined : 'not listening to the database'));
  if (parts.config.roles.includes('gateway')) {
    readiness.add('gateway', () => (listeners.get('agent') !== undefined && listeners.get('enroll') !== undefined ? undefined : 'not listening for agents'));
  }
}

function portOf(app: NestFastifyApplication): number {
  const address: unknown = app.getHttpServer().address();
  if (typeof address === 'object' && address !== null && 'port' in address && typeof address.port === 'number') return address.port;
  throw new Error('the HTTP server does not say its port');
}
