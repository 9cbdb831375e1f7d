import { err, ok, type Result } from '#kernel';
import type { RemovalMode } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import type { Project } from '../projects/index.js';
import type { Application } from './application.js';
import type { DeleteApplicationFailure } from './application.errors.js';
import { APPLICATION_PLACEMENT, type ApplicationPlacement } from './application-placement.js';
import { APPLICATION_REPOSITORY, type ApplicationRepository } from './application.repository.js';

export interface DeleteApplicationCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
  readonly mode: RemovalMode;
}

/**
 * Begins to delete an application: every target gets a tombstone. It is DELETING until the agents have acknowledged all of them, then gone; its
 * name is free after that. Asked again with the same mode it answers the same.
 */
@Injectable()
export class DeleteApplication {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run' | 'notify'>,
    @Inject(APPLICATION_REPOSITORY) private readonly applications: ApplicationRepository,
    @Inject(APPLICATION_PLACEMENT) private readonly placement: ApplicationPlacement,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'append'>,
  ) {}

  async execute(viewer: Viewer, command: DeleteApplicationCommand): Promise<Result<Application, DeleteApplicationFailure>> {
    const { project, name, mode } = command;
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: command.projectName });
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const stored = await this.applications.lockByName(project.id, name);
      if (stored === undefined) return err({ code: 'APPLICATION_NOT_FOUND', name });
      if (stored.state === 'DELETING') return stored.deletionMode === mode ? ok(stored) : err({ code: 'APPLICATION_DELETING', name });
      const saved = await this.applications.save({ ...stored, state: 'DELETING', deletionMode: mode });
      if (!saved.ok) throw new Error(`application ${stored.id} changed under its lock`);
      await this.placement.onDeletion(stored.id, mode);
      await this.audit.record({ action: 'deleteApplication', object: { kind: 'Application', id: stored.id }, projectId: project.id, outcome: 'SUCCEEDED', after: { mode } });
      await this.outbox.append({ kind: 'application.deleting', projectId: project.id, payload: { applicationId: stored.id, mode } });
      this.tx.notify(CHANNELS.applicationChanged, stored.id);
      return saved;
    });
  }
}
