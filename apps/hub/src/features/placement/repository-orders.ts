import type { RepositoryId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { PLACEMENT_STORE } from './placement.tokens.js';
import type { PlacementStore } from './placement.store.js';

/** What a change of a repository means for orders: they carry its URL and the digest of its credentials. */
@Injectable()
export class RepositoryOrders {
  constructor(@Inject(PLACEMENT_STORE) private readonly store: PlacementStore) {}

  /** Inside the transaction of the change: has the planner look at every target that runs something of the repository. */
  onRepositoryChanged(repository: RepositoryId): Promise<void> {
    return this.store.markStaleOf(repository);
  }
}
