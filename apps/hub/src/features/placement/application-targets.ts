import type { Digest, Result } from '#kernel';
import type { ApplicationId, RemovalMode } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { ApplicationPlacement, RemovalNeedsConfirmation } from '../applications/index.js';
import { PlaceApplications } from './place-applications.js';
import type { PlacementStore } from './placement.store.js';
import { PLACEMENT_STORE } from './placement.tokens.js';

/** What a change of an application means for its targets. */
@Injectable()
export class ApplicationTargets implements ApplicationPlacement {
  constructor(
    @Inject(PLACEMENT_STORE) private readonly store: PlacementStore,
    @Inject(PlaceApplications) private readonly placement: PlaceApplications,
  ) {}

  onSelectorChanged(application: ApplicationId, confirmedRemovals: Digest | undefined): Promise<Result<void, RemovalNeedsConfirmation>> {
    return this.placement.place({ applications: [application], clusters: undefined }, confirmedRemovals);
  }

  onPolicyChanged(application: ApplicationId): Promise<void> {
    return this.store.markStale({ applications: [application], clusters: undefined });
  }

  async onDeletion(application: ApplicationId, mode: RemovalMode): Promise<void> {
    await this.store.lock();
    const targets = await this.store.targets({ applications: [application], clusters: undefined });
    await this.store.tombstone(targets.filter((target) => target.state === 'ACTIVE').map(({ id }) => ({ target: id, mode })), 'APPLICATION_DELETED');
  }
}
