import type { Clock, Ids, Log, MonotonicClock, Random, Timers } from '#kernel';
import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { AgentGateway, AgentRequests, type HubIdentity, type OpenSealed } from '../agent-gateway/index.js';
import { AuditTrail } from '../platform/audit/index.js';
import type { HubConfig } from '../platform/config.js';
import { Notifications, TransactionContext } from '../platform/database/index.js';
import { Listeners, Metrics } from '../platform/http/index.js';
import { CLOCK, HUB_CONFIG, IDS, LOG, MONOTONIC, RANDOM, TIMERS } from '../platform/tokens.js';
import { HUB_VERSION } from '../platform/version.js';
import { HubAuthorityModule } from './hub-authority.module.js';
import { HUB_IDENTITY, OPEN_CREDENTIALS } from './wiring-tokens.js';

/** Runs the gateway for as long as the application does; it says goodbye to agents before HTTP drains. */
@Module({})
export class GatewayModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(AgentGateway) private readonly gateway: AgentGateway,
    @Inject(Listeners) private readonly listeners: Listeners,
    @Inject(HUB_CONFIG) private readonly config: HubConfig,
  ) {}

  /** @param credentials module that exports OPEN_CREDENTIALS */
  static forRoot(credentials: Type | DynamicModule): DynamicModule {
    return {
      module: GatewayModule,
      imports: [HubAuthorityModule, credentials],
      providers: [
        {
          provide: AgentGateway,
          inject: [HUB_IDENTITY, HUB_CONFIG, OPEN_CREDENTIALS, TransactionContext, Notifications, AuditTrail, IDS, CLOCK, MONOTONIC, TIMERS, RANDOM, LOG, Metrics],
          useFactory: gatewayOf,
        },
        { provide: AgentRequests, inject: [AgentGateway], useFactory: (gateway: AgentGateway): AgentRequests => gateway.requests },
      ],
      exports: [AgentGateway, AgentRequests],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('gateway')) return;
    const { agentPort, enrollPort } = await this.gateway.start();
    this.listeners.set('agent', agentPort);
    this.listeners.set('enroll', enrollPort);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.listeners.get('agent') !== undefined) await this.gateway.stop();
  }
}

function gatewayOf(
  identity: HubIdentity, config: HubConfig, openCredentials: OpenSealed, tx: TransactionContext, notifications: Notifications, audit: AuditTrail,
  ids: Ids, clock: Clock, monotonic: MonotonicClock, timers: Timers, random: Random, log: Log, metrics: Metrics,
): AgentGateway {
  const { publicHost, listenHost, agentPort, enrollPort, certificateTtlMs } = config;
  const settings = { publicHost, listenHost, agentPort, enrollPort, certificateTtlMs, version: HUB_VERSION, replica: ids.uuid() };
  const gateway = new AgentGateway(identity, settings, { tx, notifications, audit, openCredentials, ids, clock, monotonic, timers, random, log });
  metrics.gauge('agent_sessions', 'Agents connected to this replica.', () => gateway.sessions.size);
  return gateway;
}
