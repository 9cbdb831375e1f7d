import { canonicalJson, err, ok, type Result } from '#kernel';
import { DEFAULT_APPROVALS, validateProjectPolicy, type ApprovalPolicy, type FieldIssue, type HealthRuleInput, type IgnoreRuleInput, type MaintenanceWindowInput, type ProjectPolicy } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { ProjectOrders } from '../placement/index.js';
import type { Project } from '../projects/index.js';
import { auditedPolicy } from './audited-policy.js';
import { ProjectPolicyStore, type StoredPolicy } from './project-policy.store.js';

/** What is undefined stays as it is; an empty list takes the rules away. */
export interface UpdateProjectCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly name: string;
  readonly health: readonly HealthRuleInput[] | undefined;
  readonly ignore: readonly IgnoreRuleInput[] | undefined;
  readonly maintenanceWindows: readonly MaintenanceWindowInput[] | undefined;
  readonly approvals: Partial<ApprovalPolicy> | undefined;
  /** Refuses when the project has another version by now; undefined: whatever it is. */
  readonly version: number | undefined;
}

export type UpdateProjectFailure =
  | { readonly code: 'PROJECT_NOT_FOUND'; readonly name: string }
  | { readonly code: 'STALE_VERSION'; readonly version: number }
  | { readonly code: 'INVALID_PROJECT'; readonly issues: readonly FieldIssue[] };

/** Changes the rules of a project. Orders that say something else by now are signed anew by the planner. The same rules again change nothing. */
@Injectable()
export class UpdateProject {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(ProjectPolicyStore) private readonly store: ProjectPolicyStore,
    @Inject(ProjectOrders) private readonly orders: ProjectOrders,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, command: UpdateProjectCommand): Promise<Result<StoredPolicy, UpdateProjectFailure>> {
    const { project, name, health, ignore, maintenanceWindows, approvals, version } = command;
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', name });
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const stored = await this.store.lock(project.id);
      if (stored === undefined) return err({ code: 'PROJECT_NOT_FOUND', name });
      if (version !== undefined && version !== stored.version) return err({ code: 'STALE_VERSION', version: stored.version });
      const before = stored.policy;
      const policy = validateProjectPolicy({
        health: health ?? before.health, ignore: ignore ?? before.ignore, maintenanceWindows: maintenanceWindows ?? before.maintenanceWindows, approvals: { ...before.approvals, ...approvals },
      });
      if (!policy.ok) return err({ code: 'INVALID_PROJECT', issues: policy.error });
      return canonicalJson(auditedPolicy(policy.value)) === canonicalJson(auditedPolicy(before)) ? ok(stored) : ok(await this.#save(stored, policy.value));
    });
  }

  async #save(stored: StoredPolicy, policy: ProjectPolicy): Promise<StoredPolicy> {
    const saved = await this.store.save(stored, policy);
    if (!isSameForOrders(stored.policy, policy)) await this.orders.onPolicyChanged(stored.project);
    await this.audit.record({
      action: 'updateProject', object: { kind: 'Project', id: stored.project }, projectId: stored.project, outcome: 'SUCCEEDED', before: auditedPolicy(stored.policy), after: auditedPolicy(policy),
    });
    await this.outbox.append({ kind: 'project.updated', projectId: stored.project, payload: { projectId: stored.project } });
    return saved;
  }
}

/** Only some rules are written into orders; the others are read where they hold. */
function isSameForOrders(before: ProjectPolicy, after: ProjectPolicy): boolean {
  const said = ({ health, ignore }: ProjectPolicy): string => canonicalJson(auditedPolicy({ health, ignore, maintenanceWindows: [], approvals: DEFAULT_APPROVALS }));
  return said(before) === said(after);
}
