import { err, type Ids, type Result } from '#kernel';
import { applicationId, applicationRevisionId, issuesUnder, parseName, validateApplication, type ApplicationInput } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { IDS } from '../../platform/tokens.js';
import type { Project } from '../projects/index.js';
import type { Application } from './application.js';
import type { CreateApplicationFailure } from './application.errors.js';
import { APPLICATION_PLACEMENT, type ApplicationPlacement } from './application-placement.js';
import { findSources } from './find-sources.js';
import { APPLICATION_REPOSITORY, type ApplicationRepository } from './application.repository.js';
import { dependencyIssues } from './judge-dependencies.js';
import { promotionIssues } from './judge-promotion.js';
import { specJson } from './spec-json.js';

export interface CreateApplicationCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
  readonly spec: ApplicationInput;
}

/** Adds an application: its targets are there at once, its first release once the source watcher has looked. */
@Injectable()
export class CreateApplication {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run' | 'notify'>,
    @Inject(APPLICATION_REPOSITORY) private readonly applications: ApplicationRepository,
    @Inject(APPLICATION_PLACEMENT) private readonly placement: ApplicationPlacement,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'append'>,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(viewer: Viewer, command: CreateApplicationCommand): Promise<Result<Application, CreateApplicationFailure>> {
    const { project } = command;
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: command.projectName });
    const name = parseName(command.name);
    const spec = validateApplication(command.spec);
    const issues = [
      ...(name.ok ? [] : [{ code: 'INVALID_NAME' as const, path: ['name'], message: `${name.error.rule}.` }]),
      ...(spec.ok ? [] : issuesUnder(['spec'], spec.error)),
    ];
    if (!name.ok || !spec.ok) return err({ code: 'INVALID_APPLICATION', issues });

    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const found = await findSources(this.applications, project.id, spec.value);
      if (!found.ok) return found;
      const cyclic = [...(await dependencyIssues(this.applications, project.id, name.value, spec.value)), ...(await promotionIssues(this.applications, project.id, name.value, spec.value))];
      if (cyclic.length > 0) return err({ code: 'INVALID_APPLICATION', issues: cyclic });
      const revision = { id: applicationRevisionId(this.ids.uuid()), number: 1, spec: spec.value, createdBy: viewer.principalId };
      const added = await this.applications.add({
        project: project.id, id: applicationId(this.ids.uuid()), name: name.value, repository: found.value.repository, state: 'ACTIVE', deletionMode: undefined, revision, version: 1,
      });
      if (!added.ok) return added;
      const { id } = added.value;
      await this.applications.replaceSources(project.id, id, found.value.further);
      const placed = await this.placement.onSelectorChanged(id, undefined);
      if (!placed.ok) return placed;
      await this.audit.record({ action: 'createApplication', object: { kind: 'Application', id }, projectId: project.id, outcome: 'SUCCEEDED', after: specJson(spec.value) });
      await this.outbox.append({ kind: 'application.created', projectId: project.id, payload: { applicationId: id, name: name.value } });
      for (const repository of new Set([found.value.repository, ...found.value.further.map((one) => one.repository)])) this.tx.notify(CHANNELS.repositoryHint, repository);
      this.tx.notify(CHANNELS.applicationChanged, id);
      return added;
    });
  }
}
