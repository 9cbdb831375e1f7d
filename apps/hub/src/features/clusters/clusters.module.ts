import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { ClusterChanges } from './cluster-changes.js';
import { CLUSTER_REPOSITORY } from './cluster.repository.js';
import { ClusterReadModel } from './clusters.read-model.js';
import { ClusterResolver } from './clusters.resolver.js';
import { CreateCluster } from './create-cluster.js';
import { CreateJoinToken } from './create-join-token.js';
import { FinishRemoval } from './finish-removal.js';
import { LabelCluster } from './label-cluster.js';
import { RemovalController } from './removal-controller.js';
import { RemoveCluster } from './remove-cluster.js';
import { TypeormClusterRepository } from './typeorm-cluster.repository.js';

/** The questions that other features ask about clusters; stands alone, so that they may depend on it. */
@Module({ providers: [ClusterReadModel], exports: [ClusterReadModel] })
export class ClusterReadModule {}

@Module({})
export class ClustersModule {
  /** @param ports modules that export PLACEMENT_IMPACT (what runs on clusters) and HUB_TRUST (the CA) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return {
      module: ClustersModule,
      imports: [ClusterReadModule, ...ports],
      providers: [
        ClusterResolver, ClusterChanges, CreateCluster, LabelCluster, RemoveCluster, FinishRemoval, RemovalController, CreateJoinToken,
        { provide: CLUSTER_REPOSITORY, useClass: TypeormClusterRepository },
      ],
    };
  }
}
