import type { Result } from '#kernel';
import type { ProjectId, RepositoryId } from '#domain';
import type { Repository } from './repository.js';
import type { DuplicateRepository, StaleRepository } from './repository.errors.js';

export const REPOSITORY_STORE = Symbol('RepositoryStore');

/** The write side of repositories. Everything runs inside an open transaction. */
export interface RepositoryStore {
  /** Adds a repository, due to be looked at now. A removed one of that name does not count. */
  add(repository: Repository): Promise<Result<Repository, DuplicateRepository>>;
  /** Locks the row until the end of the transaction, against new applications too. Removed repositories are not found. */
  lockByName(project: ProjectId, name: string): Promise<Repository | undefined>;
  /** Saves unless somebody else changed it since it was read; the answer carries the new version. Project and name never change. */
  save(repository: Repository): Promise<Result<Repository, StaleRepository>>;
  /** Names of the applications that are not deleted yet, in order. */
  applicationsUsing(id: RepositoryId): Promise<readonly string[]>;
  /**
   * Takes a repository away: what it kept secret is erased and its name is free. The row stays, because releases and deleted
   * applications go on naming it.
   */
  remove(repository: Repository): Promise<void>;
}
