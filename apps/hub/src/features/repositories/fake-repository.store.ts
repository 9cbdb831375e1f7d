import { err, ok, type Result } from '#kernel';
import type { ProjectId, RepositoryId } from '#domain';
import type { Repository } from './repository.js';
import type { DuplicateRepository, StaleRepository } from './repository.errors.js';
import type { RepositoryStore } from './repository.store.js';

/** In memory, for unit tests; kept honest by repository.store.contract.ts. */
export class FakeRepositoryStore implements RepositoryStore {
  readonly #repositories = new Map<RepositoryId, Repository>();
  readonly #applications: { readonly repository: RepositoryId; readonly name: string }[] = [];

  /** Stands for a row of the applications table. */
  addApplication(repository: RepositoryId, name: string): void {
    this.#applications.push({ repository, name });
  }

  async add(repository: Repository): Promise<Result<Repository, DuplicateRepository>> {
    if ((await this.lockByName(repository.project, repository.name)) !== undefined) return err({ code: 'DUPLICATE_REPOSITORY', name: repository.name });
    this.#repositories.set(repository.id, repository);
    return ok(repository);
  }

  lockByName(project: ProjectId, name: string): Promise<Repository | undefined> {
    return Promise.resolve([...this.#repositories.values()].find((repository) => repository.project === project && repository.name === name));
  }

  save(repository: Repository): Promise<Result<Repository, StaleRepository>> {
    const stored = this.#repositories.get(repository.id);
    if (stored?.version !== repository.version) return Promise.resolve(err({ code: 'STALE_VERSION', version: repository.version }));
    const saved = { ...repository, project: stored.project, name: stored.name, version: repository.version + 1 };
    this.#repositories.set(repository.id, saved);
    return Promise.resolve(ok(saved));
  }

  applicationsUsing(id: RepositoryId): Promise<readonly string[]> {
    return Promise.resolve(this.#applications.filter((application) => application.repository === id).map((application) => application.name).toSorted());
  }

  remove(repository: Repository): Promise<void> {
    this.#repositories.delete(repository.id);
    return Promise.resolve();
  }
}
