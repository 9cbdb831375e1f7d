import type { ApplicationId, ApplicationRevisionId, ApplicationSpec, PrincipalId, ProjectId, RemovalMode, RepositoryId } from '#domain';

export const APPLICATION_STATES = ['ACTIVE', 'DELETING', 'DELETED'] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** What an application said at one time. Never changed once written. */
export interface ApplicationRevision {
  readonly id: ApplicationRevisionId;
  /** From 1, without gaps. */
  readonly number: number;
  readonly spec: ApplicationSpec;
  readonly createdBy: PrincipalId;
}

/** The part of an application that people decide. */
export interface Application {
  readonly project: ProjectId;
  readonly id: ApplicationId;
  readonly name: string;
  /** The repository that the current revision names. */
  readonly repository: RepositoryId;
  readonly state: ApplicationState;
  /** Set while it is being deleted. */
  readonly deletionMode: RemovalMode | undefined;
  readonly revision: ApplicationRevision;
  /** Rises with every change; guards against lost updates. */
  readonly version: number;
}
