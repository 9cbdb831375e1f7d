import type { DynamicModule, Type } from '@nestjs/common';
import { AccessModule } from './features/access/index.js';
import { ApplicationsModule } from './features/applications/index.js';
import { AuditModule } from './features/audit/index.js';
import { ClustersModule } from './features/clusters/index.js';
import { ExplanationsModule } from './features/explanations/index.js';
import { GateChecksModule } from './features/gate-checks/index.js';
import { GitWritesModule } from './features/git-writes/index.js';
import { HistoryModule } from './features/history/index.js';
import { PlacementModule } from './features/placement/index.js';
import { PlannerModule } from './features/planner/index.js';
import { ProjectPolicyModule } from './features/project-policy/index.js';
import { ProjectsModule } from './features/projects/index.js';
import { ReleasesModule } from './features/releases/index.js';
import { RepositoriesModule } from './features/repositories/index.js';
import { RollbacksModule } from './features/rollbacks/index.js';
import { RolloutControlModule } from './features/rollout-control/index.js';
import { RolloutsModule, RolloutWriteModule } from './features/rollouts/index.js';
import { SourcesModule } from './features/sources/index.js';
import { StrategyWarningsModule } from './features/strategy-warnings/index.js';
import { TargetsModule } from './features/targets/index.js';
import { ValidatorsModule } from './features/validators/index.js';
import { WebhooksModule } from './features/webhooks/index.js';
import { AgentObjectsModule } from './wiring/agent-objects.module.js';
import { ClusterAskerModule } from './wiring/cluster-asker.module.js';
import { HubAuthorityModule } from './wiring/hub-authority.module.js';
import { GatewayModule } from './wiring/gateway.module.js';
import { PlannerPortsModule } from './wiring/planner-ports.module.js';
import { RepositoryCredentialsModule } from './wiring/repository-credentials.module.js';
import { SignerModule } from './wiring/signer.module.js';

/** Dynamic modules are one by reference: whoever shares one imports these constants. */
const gateway = GatewayModule.forRoot(RepositoryCredentialsModule);
export const releases = ReleasesModule.forRoot([RolloutWriteModule]);

/** The features, wired to each other. The API schema is made from the resolvers found in them. */
export const FEATURES: readonly (Type | DynamicModule)[] = [
  AccessModule,
  AuditModule,
  ProjectsModule,
  ProjectPolicyModule,
  ClustersModule.forRoot([HubAuthorityModule, PlacementModule]),
  RepositoriesModule,
  ApplicationsModule.forRoot([PlacementModule]),
  releases,
  SourcesModule.forRoot([releases]),
  WebhooksModule.forRoot([releases]),
  TargetsModule.forRoot([AgentObjectsModule.forRoot(gateway)]),
  RolloutsModule,
  RolloutControlModule,
  ValidatorsModule,
  RollbacksModule,
  GitWritesModule,
  ExplanationsModule,
  HistoryModule,
  StrategyWarningsModule,
  PlannerModule.forRoot([PlannerPortsModule]),
  gateway,
  GateChecksModule.forRoot(ClusterAskerModule.forRoot(gateway)),
  SignerModule,
];
