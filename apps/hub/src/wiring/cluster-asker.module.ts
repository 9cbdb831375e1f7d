import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AgentGateway, AgentRequests } from '../agent-gateway/index.js';
import { CLUSTER_ASKER, type ClusterAsker } from '../features/gate-checks/index.js';
import type { HubConfig } from '../platform/config.js';
import { HUB_CONFIG } from '../platform/tokens.js';

/** Questions for gates go to agents over the gateway's lane of requests, in replicas of that role. */
@Module({})
export class ClusterAskerModule {
  /** @param gateway module that exports AgentGateway and AgentRequests */
  static forRoot(gateway: Type | DynamicModule): DynamicModule {
    return {
      module: ClusterAskerModule,
      imports: [gateway],
      providers: [
        {
          provide: CLUSTER_ASKER,
          inject: [AgentGateway, AgentRequests, HUB_CONFIG],
          useFactory: (agents: AgentGateway, requests: AgentRequests, { roles }: HubConfig): ClusterAsker => ({
            replica: roles.includes('gateway') ? agents.replica : undefined,
            measureMetric: (cluster, query, signal) => requests.measureMetric(cluster, query, signal),
            gateJob: (cluster, question, signal) => requests.gateJob(cluster, question, signal),
          }),
        },
      ],
      exports: [CLUSTER_ASKER],
    };
  }
}
