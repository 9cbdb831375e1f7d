import { err, ok, type Ids, type Result } from '#kernel';
import { applicationId, targetId, type ApplicationId, type ProjectId, type TargetId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import { IDS } from '../../platform/tokens.js';
import { findMisnamed } from './find-misnamed.js';
import type { RollbackFailure } from './rollback-failure.js';

export interface LiftHoldCommand {
  /** undefined: no such project or application, or not the viewer's. */
  readonly scope: { readonly project: ProjectId; readonly application: ApplicationId | undefined; readonly cluster: string | undefined } | undefined;
  readonly reason: string;
}

const HELD = `
  SELECT t.id FROM targets t JOIN clusters c ON c.id = t.cluster_id
  WHERE t.project_id = $1 AND t.hold_at IS NOT NULL AND ($2::uuid IS NULL OR t.application_id = $2) AND ($3::text IS NULL OR c.name = $3) ORDER BY t.id FOR NO KEY UPDATE OF t`;
const LIFT = `
  WITH lifted AS (
    UPDATE targets t SET hold_at = NULL, hold_by = NULL, hold_reason = NULL, hold_rollout_id = NULL, version = t.version + 1 FROM unnest($1::uuid[], $2::uuid[]) AS w (id, transition_id)
    WHERE t.id = w.id RETURNING t.project_id, t.id, t.application_id, t.generation, w.transition_id),
  told AS (INSERT INTO target_transitions (id, project_id, target_id, kind, generation, message, actor) SELECT transition_id, project_id, id, 'HOLD_LIFTED', generation, $3, $4 FROM lifted)
  SELECT id, application_id FROM lifted`;

/** Lets targets follow their application again: a rollout that is under way takes them up, else they are caught up to the release that the application has. */
@Injectable()
export class LiftHold {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(viewer: Viewer, { scope, reason }: LiftHoldCommand): Promise<Result<readonly TargetId[], RollbackFailure>> {
    if (scope === undefined) return err({ code: 'NOT_FOUND' });
    if (reason.trim() === '') return err({ code: 'REASON_MISSING' });
    return this.tx.run(viewerScope(viewer, scope.project), async () => {
      await this.tx.query('SELECT 1 FROM applications WHERE project_id = $1 AND ($2::uuid IS NULL OR id = $2) ORDER BY id FOR NO KEY UPDATE', [scope.project, scope.application ?? null]);
      const held = await this.tx.query<{ id: string }>(HELD, [scope.project, scope.application ?? null, scope.cluster ?? null]);
      const rows = await this.tx.query<{ id: string; application_id: string }>(LIFT, [held.map((row) => row.id), held.map(() => this.ids.uuid()), reason, viewer.name]);
      if (rows.length === 0) return err({ code: 'NOTHING_HELD', misnamed: await findMisnamed(this.tx, scope) });
      for (const [application, targets] of Map.groupBy(rows, (row) => row.application_id)) {
        await this.audit.record({ action: 'liftHold', object: { kind: 'Application', id: applicationId(application) }, projectId: scope.project, outcome: 'SUCCEEDED', after: { targets: targets.length, reason } });
        await this.outbox.append({ kind: 'target.holdLifted', projectId: scope.project, payload: { applicationId: application, targets: targets.length, by: viewer.name } });
        this.tx.notify(CHANNELS.applicationChanged, application);
      }
      await this.tx.query('SELECT pg_notify($1, id) FROM unnest($2::text[]) AS id', [CHANNELS.targetChanged, rows.map((row) => row.id)]);
      return ok(rows.map((row) => targetId(row.id)));
    });
  }
}
