import type { Ids } from '#kernel';
import { Module } from '@nestjs/common';
import { TransactionContext } from '../../platform/database/index.js';
import { IDS } from '../../platform/tokens.js';
import { APPLICATION_PLACEMENT } from '../applications/index.js';
import { PLACEMENT_IMPACT } from '../clusters/index.js';
import { ApplicationTargets } from './application-targets.js';
import { ClusterPlacement } from './cluster-placement.js';
import { PlaceApplications } from './place-applications.js';
import { PlaceFacts } from './place-facts.js';
import type { PlacementStore } from './placement.store.js';
import { PLACEMENT_STORE } from './placement.tokens.js';
import { ProjectOrders } from './project-orders.js';
import { RepositoryOrders } from './repository-orders.js';
import { SqlPlacementStore } from './sql-placement.store.js';

/** Implements the ports through which clusters and applications say that they changed. */
@Module({
  providers: [
    RepositoryOrders,
    ProjectOrders,
    { provide: PLACEMENT_STORE, inject: [TransactionContext, IDS], useFactory: (tx: TransactionContext, ids: Ids) => new SqlPlacementStore(tx, ids) },
    { provide: PlaceApplications, inject: [PLACEMENT_STORE], useFactory: (store: PlacementStore) => new PlaceApplications(store) },
    {
      provide: PlaceFacts, inject: [TransactionContext, PLACEMENT_STORE, PlaceApplications],
      useFactory: (tx: TransactionContext, store: PlacementStore, placement: PlaceApplications) => new PlaceFacts(tx, store, placement),
    },
    { provide: PLACEMENT_IMPACT, useClass: ClusterPlacement },
    { provide: APPLICATION_PLACEMENT, useClass: ApplicationTargets },
  ],
  exports: [PLACEMENT_IMPACT, APPLICATION_PLACEMENT, PLACEMENT_STORE, PlaceApplications, PlaceFacts, RepositoryOrders, ProjectOrders],
})
export class PlacementModule {}
