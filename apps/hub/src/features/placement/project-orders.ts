import type { ProjectId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { PLACEMENT_STORE } from './placement.tokens.js';
import type { PlacementStore } from './placement.store.js';

/** What a change of a project means for orders: they carry its rules after those of their application. */
@Injectable()
export class ProjectOrders {
  constructor(@Inject(PLACEMENT_STORE) private readonly store: PlacementStore) {}

  /** Inside the transaction of the change: has the planner look at every target of the project. */
  onPolicyChanged(project: ProjectId): Promise<void> {
    return this.store.markStaleIn(project);
  }
}
