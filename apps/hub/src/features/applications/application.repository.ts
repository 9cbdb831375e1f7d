import type { Result } from '#kernel';
import type { ApplicationId, ProjectId, RepositoryId, RepositoryType } from '#domain';
import type { Application } from './application.js';
import type { DuplicateApplication, StaleApplication } from './application.errors.js';

export const APPLICATION_REPOSITORY = Symbol('ApplicationRepository');

export interface FoundRepository {
  readonly id: RepositoryId;
  readonly type: RepositoryType;
}

/** A further source, with the repository that its name stands for. */
export interface FoundSource {
  readonly name: string;
  readonly repository: RepositoryId;
  readonly ref: string;
}

/** The write side of applications. Everything runs inside an open transaction. */
export interface ApplicationRepository {
  /** A repository of the project. */
  repositoryOf(project: ProjectId, name: string): Promise<FoundRepository | undefined>;
  /**
   * What the other applications of the project wait for (`applicationsNeeded`), by name, while no other transaction may change it: a cycle must not
   * come from two changes at once. Applications that are on their way out count.
   */
  lockDependencies(project: ProjectId, except: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** From which application each other one of the project is promoted, under the same lock. */
  lockPromotions(project: ProjectId, except: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The further sources of an application are these now. What was found of one that follows something else counts no more. */
  replaceSources(project: ProjectId, id: ApplicationId, sources: readonly FoundSource[]): Promise<void>;
  /** Adds an application with its first revision. A deleted one of that name does not count. */
  add(application: Application): Promise<Result<Application, DuplicateApplication>>;
  /** Locks the row until the end of the transaction. Deleted applications are not found. */
  lockByName(project: ProjectId, name: string): Promise<Application | undefined>;
  /**
   * Saves unless somebody else changed it since it was read; the answer carries the new version. A revision with a new id is added, one
   * that is stored already stays as it is.
   */
  save(application: Application): Promise<Result<Application, StaleApplication>>;
}
