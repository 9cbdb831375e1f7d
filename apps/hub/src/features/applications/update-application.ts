import { canonicalJson, err, ok, type Digest, type Ids, type Result } from '#kernel';
import { applicationRevisionId, issuesUnder, validateApplication, type ApplicationInput, type ApplicationSpec } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { IDS } from '../../platform/tokens.js';
import type { Project } from '../projects/index.js';
import type { Application } from './application.js';
import type { UpdateApplicationFailure } from './application.errors.js';
import { APPLICATION_PLACEMENT, type ApplicationPlacement } from './application-placement.js';
import { findSources, type FoundSources } from './find-sources.js';
import { APPLICATION_REPOSITORY, type ApplicationRepository } from './application.repository.js';
import { dependencyIssues } from './judge-dependencies.js';
import { promotionIssues } from './judge-promotion.js';
import { specJson } from './spec-json.js';

export interface UpdateApplicationCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
  /** The complete specification; only a strategy that is left out stays as it is. */
  readonly spec: ApplicationInput;
  /** Refuses when the application has another version by now; undefined: whatever it is. */
  readonly version: number | undefined;
  readonly confirmRemovals: Digest | undefined;
}

/** Gives an application a new revision. The same specification again changes nothing. */
@Injectable()
export class UpdateApplication {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run' | 'notify'>,
    @Inject(APPLICATION_REPOSITORY) private readonly applications: ApplicationRepository,
    @Inject(APPLICATION_PLACEMENT) private readonly placement: ApplicationPlacement,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'append'>,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(viewer: Viewer, command: UpdateApplicationCommand): Promise<Result<Application, UpdateApplicationFailure>> {
    const { project, name } = command;
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: command.projectName });
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const stored = await this.applications.lockByName(project.id, name);
      if (stored === undefined) return err({ code: 'APPLICATION_NOT_FOUND', name });
      if (stored.state !== 'ACTIVE') return err({ code: 'APPLICATION_DELETING', name });
      if (command.version !== undefined && command.version !== stored.version) return err({ code: 'STALE_VERSION', version: stored.version });
      const spec = validateApplication(command.spec, stored.revision.spec);
      if (!spec.ok) return err({ code: 'INVALID_APPLICATION', issues: issuesUnder(['spec'], spec.error) });
      const found = await findSources(this.applications, project.id, spec.value);
      if (!found.ok) return found;
      const cyclic = [...(await dependencyIssues(this.applications, project.id, name, spec.value)), ...(await promotionIssues(this.applications, project.id, name, spec.value))];
      if (cyclic.length > 0) return err({ code: 'INVALID_APPLICATION', issues: cyclic });
      const isSame = canonicalJson(specJson(spec.value)) === canonicalJson(specJson(stored.revision.spec)) && found.value.repository === stored.repository;
      return isSame ? ok(stored) : this.#revise(viewer, stored, spec.value, found.value, command.confirmRemovals);
    });
  }

  async #revise(
    viewer: Viewer, stored: Application, spec: ApplicationSpec, { repository, further }: FoundSources, confirmRemovals: Digest | undefined,
  ): Promise<Result<Application, UpdateApplicationFailure>> {
    const { id, project } = stored;
    const before = stored.revision.spec;
    const revision = { id: applicationRevisionId(this.ids.uuid()), number: stored.revision.number + 1, spec, createdBy: viewer.principalId };
    const saved = await this.applications.save({ ...stored, repository, revision });
    if (!saved.ok) return saved;
    await this.applications.replaceSources(project, id, further);
    const placed = await this.placement.onSelectorChanged(id, confirmRemovals);
    if (!placed.ok) return placed;
    if (!isSamePolicy(before, spec)) await this.placement.onPolicyChanged(id);
    await this.audit.record({ action: 'updateApplication', object: { kind: 'Application', id }, projectId: project, outcome: 'SUCCEEDED', before: specJson(before), after: specJson(spec) });
    await this.outbox.append({ kind: 'application.updated', projectId: project, payload: { applicationId: id, revision: revision.number } });
    for (const one of new Set([repository, ...further.map((source) => source.repository)])) this.tx.notify(CHANNELS.repositoryHint, one);
    this.tx.notify(CHANNELS.applicationChanged, id);
    return saved;
  }
}

/** What orders say beside the release. A strategy or `automated` is no part of an order. */
function isSamePolicy(before: ApplicationSpec, after: ApplicationSpec): boolean {
  const said = ({ sync: { prune, drift, ignore = [] }, dependsOn = [], health = [] }: ApplicationSpec): string =>
    canonicalJson({ prune, drift, ignore: ignore.map((rule) => ({ ...rule })), dependsOn, health: health.map((rule) => ({ ...rule })) });
  return said(before) === said(after);
}
