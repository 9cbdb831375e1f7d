import { err, ok, type Result } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import type { Project } from '../projects/index.js';
import { auditedRepository, type Repository } from './repository.js';
import type { DeleteRepositoryFailure } from './repository.errors.js';
import { REPOSITORY_STORE, type RepositoryStore } from './repository.store.js';

export interface DeleteRepositoryCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
}

const NAMED = 20;

/** Takes a repository away, unless an application still uses it, were it only to be removed from its clusters. */
@Injectable()
export class DeleteRepository {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run' | 'notify'>,
    @Inject(REPOSITORY_STORE) private readonly repositories: RepositoryStore,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'append'>,
  ) {}

  async execute(viewer: Viewer, { project, projectName, name }: DeleteRepositoryCommand): Promise<Result<Repository, DeleteRepositoryFailure>> {
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: projectName });
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const stored = await this.repositories.lockByName(project.id, name);
      if (stored === undefined) return err({ code: 'REPOSITORY_NOT_FOUND', name });
      const applications = await this.repositories.applicationsUsing(stored.id);
      if (applications.length > 0) return err({ code: 'REPOSITORY_IN_USE', applications: applications.slice(0, NAMED), count: applications.length });
      await this.repositories.remove(stored);
      await this.audit.record({ action: 'deleteRepository', object: { kind: 'Repository', id: stored.id }, projectId: project.id, outcome: 'SUCCEEDED', before: auditedRepository(stored) });
      await this.outbox.append({ kind: 'repository.deleted', projectId: project.id, payload: { repositoryId: stored.id, name } });
      this.tx.notify(CHANNELS.repositoryDue, stored.id);
      return ok(stored);
    });
  }
}
