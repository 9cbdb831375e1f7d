import { err, ok, type Result } from '#kernel';
import { applicationsNeeded, type ApplicationId, type ProjectId, type RepositoryId, type RepositoryType } from '#domain';
import type { Application } from './application.js';
import type { DuplicateApplication, StaleApplication } from './application.errors.js';
import type { ApplicationRepository, FoundRepository, FoundSource } from './application.repository.js';

/** In memory, for unit tests; kept honest by application.repository.contract.ts. */
export class FakeApplicationRepository implements ApplicationRepository {
  readonly #applications = new Map<ApplicationId, Application>();
  readonly #repositories = new Map<string, FoundRepository>();

  readonly #sources = new Map<ApplicationId, readonly FoundSource[]>();

  addRepository(project: ProjectId, name: string, id: RepositoryId, type: RepositoryType = 'GIT'): void {
    this.#repositories.set(`${project}/${name}`, { id, type });
  }

  repositoryOf(project: ProjectId, name: string): Promise<FoundRepository | undefined> {
    return Promise.resolve(this.#repositories.get(`${project}/${name}`));
  }

  lockDependencies(project: ProjectId, except: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const others = [...this.#applications.values()].filter((known) => known.project === project && known.name !== except && known.state !== 'DELETED');
    return Promise.resolve(new Map(others.map(({ name, revision }) => [name, applicationsNeeded(revision.spec)])));
  }

  lockPromotions(project: ProjectId, except: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const others = [...this.#applications.values()].filter((known) => known.project === project && known.name !== except && known.state !== 'DELETED');
    return Promise.resolve(new Map(others.flatMap(({ name, revision: { spec } }) => (spec.promoteFrom === undefined ? [] : [[name, [spec.promoteFrom.application]] as const]))));
  }

  replaceSources(_project: ProjectId, id: ApplicationId, sources: readonly FoundSource[]): Promise<void> {
    this.#sources.set(id, sources);
    return Promise.resolve();
  }

  async add(application: Application): Promise<Result<Application, DuplicateApplication>> {
    if ((await this.lockByName(application.project, application.name)) !== undefined) return err({ code: 'DUPLICATE_APPLICATION', name: application.name });
    this.#applications.set(application.id, application);
    return ok(application);
  }

  lockByName(project: ProjectId, name: string): Promise<Application | undefined> {
    return Promise.resolve([...this.#applications.values()].find((known) => known.project === project && known.name === name && known.state !== 'DELETED'));
  }

  save(application: Application): Promise<Result<Application, StaleApplication>> {
    const stored = this.#applications.get(application.id);
    if (stored?.version !== application.version) return Promise.resolve(err({ code: 'STALE_VERSION', version: application.version }));
    const revision = stored.revision.id === application.revision.id ? stored.revision : application.revision;
    const saved = { ...application, name: stored.name, revision, version: application.version + 1 };
    this.#applications.set(application.id, saved);
    return Promise.resolve(ok(saved));
  }
}
