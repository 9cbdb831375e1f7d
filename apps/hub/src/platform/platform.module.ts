import type { Clock, Failpoints, Ids, Log, MonotonicClock, Random, Timers, Tracer } from '#kernel';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { RequestMethod } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { Authenticator, PermissionGuard } from './access/index.js';
import { NodeSources } from './api/node.js';
import { AuditTrail } from './audit/index.js';
import type { HubConfig } from './config.js';
import { Leases, Notifications, Outbox, TransactionContext } from './database/index.js';
import { HealthController, Listeners, Metrics, Readiness } from './http/index.js';
import { Housekeeping } from './housekeeping.js';
import { REQUEST_SERIALIZERS } from './logging.js';
import { Idempotency } from './idempotency/index.js';
import { Envelope, MasterKeys } from './secrets/index.js';
import { CLOCK, FAILPOINTS, HUB_CONFIG, IDS, LOG, MONOTONIC, RANDOM, TIMERS, TRACER } from './tokens.js';

/** What the outside gives: injected time, randomness and ids, and the opened database. */
export interface PlatformParts {
  readonly config: HubConfig;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly ids: Ids;
  readonly failpoints: Failpoints;
  readonly tracer: Tracer;
  readonly logger: Logger;
  readonly log: Log;
  readonly dataSource: DataSource;
  readonly tx: TransactionContext;
  readonly notifications: Notifications;
  readonly masterKeys: MasterKeys;
}

/** Everything that features and the gateway stand on. Global: it is the ground, not a neighbour. */
@Module({})
export class PlatformModule {
  static forRoot(parts: PlatformParts): DynamicModule {
    const { tx, ids, masterKeys } = parts;
    const audit = new AuditTrail(tx, ids);
    const envelope = new Envelope(masterKeys, parts.random);
    const values: readonly (readonly [symbol | (abstract new (...args: never[]) => unknown), unknown])[] = [
      [HUB_CONFIG, parts.config], [CLOCK, parts.clock], [MONOTONIC, parts.monotonic], [TIMERS, parts.timers], [RANDOM, parts.random], [IDS, ids],
      [FAILPOINTS, parts.failpoints], [LOG, parts.log], [TRACER, parts.tracer], [DataSource, parts.dataSource], [TransactionContext, tx], [Notifications, parts.notifications],
      [Leases, new Leases(tx)], [Outbox, new Outbox(tx, ids)], [MasterKeys, masterKeys], [Envelope, envelope], [AuditTrail, audit],
      [Idempotency, new Idempotency(tx, masterKeys, envelope)], [Authenticator, new Authenticator(tx)], [NodeSources, new NodeSources()],
      [Metrics, new Metrics()], [Readiness, new Readiness(parts.timers)], [Listeners, new Listeners()],
    ];
    const providers: Provider[] = values.map(([provide, useValue]) => ({ provide, useValue }));
    return {
      module: PlatformModule,
      global: true,
      imports: [
        LoggerModule.forRoot({
          pinoHttp: { logger: parts.logger, useLevel: 'debug', quietReqLogger: true, serializers: REQUEST_SERIALIZERS, wrapSerializers: false },
          forRoutes: [{ path: '/{*splat}', method: RequestMethod.ALL }],
        }),
      ],
      controllers: [HealthController],
      providers: [...providers, Housekeeping, { provide: APP_GUARD, useClass: PermissionGuard }],
      exports: values.map(([provide]) => provide as symbol),
    };
  }
}
