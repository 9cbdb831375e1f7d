import { err, ok, type Ids, type Result } from '#kernel';
import { parseName, projectId, validateProjectPolicy, type ApprovalPolicy, type FieldIssue, type HealthRuleInput, type IgnoreRuleInput, type InvalidName, type MaintenanceWindowInput } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { IDS } from '../../platform/tokens.js';
import { auditedPolicy } from './audited-policy.js';
import { ProjectPolicyStore, type StoredPolicy } from './project-policy.store.js';

export interface CreateProjectCommand {
  readonly name: string;
  readonly health: readonly HealthRuleInput[];
  readonly ignore: readonly IgnoreRuleInput[];
  readonly maintenanceWindows: readonly MaintenanceWindowInput[];
  readonly approvals: Partial<ApprovalPolicy> | undefined;
}

export type CreateProjectFailure = InvalidName | { readonly code: 'DUPLICATE_PROJECT'; readonly name: string } | { readonly code: 'INVALID_PROJECT'; readonly issues: readonly FieldIssue[] };

/** Makes a project, which from then on may have repositories and applications. */
@Injectable()
export class CreateProject {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(ProjectPolicyStore) private readonly store: ProjectPolicyStore,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(viewer: Viewer, command: CreateProjectCommand): Promise<Result<StoredPolicy, CreateProjectFailure>> {
    const name = parseName(command.name);
    if (!name.ok) return name;
    const policy = validateProjectPolicy(command);
    if (!policy.ok) return err({ code: 'INVALID_PROJECT', issues: policy.error });
    const created: StoredPolicy = { project: projectId(this.ids.uuid()), name: name.value, version: 1, policy: policy.value };
    return this.tx.run(viewerScope(viewer), async () => {
      if (!(await this.store.add(created))) return err({ code: 'DUPLICATE_PROJECT', name: name.value });
      const { project } = created;
      await this.audit.record({ action: 'createProject', object: { kind: 'Project', id: project }, projectId: project, outcome: 'SUCCEEDED', after: { name: name.value, ...auditedPolicy(policy.value) } });
      await this.outbox.append({ kind: 'project.created', projectId: project, payload: { projectId: project, name: name.value } });
      return ok(created);
    });
  }
}
