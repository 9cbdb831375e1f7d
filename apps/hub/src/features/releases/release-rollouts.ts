import type { ApplicationId, ProjectId, ReleaseId } from '#domain';

/** Starts the rollout of a release that was just made. The rollouts feature implements it; runs inside the transaction that made the release. */
export interface ReleaseRollouts {
  start(release: { readonly project: ProjectId; readonly application: ApplicationId; readonly id: ReleaseId }): Promise<void>;
}

export const RELEASE_ROLLOUTS = Symbol('ReleaseRollouts');
