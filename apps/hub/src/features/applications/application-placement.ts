import type { Digest, Result } from '#kernel';
import type { ApplicationId, RemovalMode } from '#domain';
import type { RemovalNeedsConfirmation } from './application.errors.js';

/**
 * What a change of an application means for its targets. The placement feature implements it; every method runs inside the transaction of the
 * change, which has written the application's row already, so that a refusal undoes it.
 */
export interface ApplicationPlacement {
  /** Matches clusters anew: creates targets, and tombstones those that match no more, or refuses. */
  onSelectorChanged(application: ApplicationId, confirmedRemovals: Digest | undefined): Promise<Result<void, RemovalNeedsConfirmation>>;
  /** What orders say beside the release has changed: the planner signs them anew where they differ. */
  onPolicyChanged(application: ApplicationId): Promise<void>;
  /** Tombstones every target. Asking for the deletion is the confirmation. */
  onDeletion(application: ApplicationId, mode: RemovalMode): Promise<void>;
}

export const APPLICATION_PLACEMENT = Symbol('ApplicationPlacement');
