import { err, ok, type Result } from '#kernel';
import { projectId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, TransactionContext, viewerScope } from '../../platform/database/index.js';

export type RetryFailure =
  | { readonly code: 'NOT_FOUND' }
  /** It waits, is done, or a later one took its place. */
  | { readonly code: 'NOTHING_TO_RETRY'; readonly state: string };

interface Row {
  readonly project_id: string;
  readonly application_id: string;
  readonly state: string;
  readonly is_newest: boolean;
}

const LOCK = `
  SELECT w.project_id, w.application_id, w.state, NOT EXISTS (SELECT 1 FROM git_writes n WHERE n.application_id = w.application_id AND n.id > w.id) AS is_newest
  FROM git_writes w WHERE w.id = $1 FOR UPDATE`;

/** Has a commit that failed tried once more. Only the newest of its application: an older one would undo what was asked for since. */
@Injectable()
export class RetryGitWrite {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  /** @param id undefined: not an id at all */
  async execute(viewer: Viewer, id: string | undefined): Promise<Result<string, RetryFailure>> {
    if (id === undefined) return err({ code: 'NOT_FOUND' });
    return this.tx.run(viewerScope(viewer), async () => {
      const [application] = await this.tx.query<{ readonly id: string }>('SELECT a.id FROM applications a JOIN git_writes w ON w.application_id = a.id WHERE w.id = $1 FOR NO KEY UPDATE OF a', [id]);
      const [row] = application === undefined ? [] : await this.tx.query<Row>(LOCK, [id]);
      if (row === undefined) return err({ code: 'NOT_FOUND' });
      if (row.state !== 'FAILED' || !row.is_newest) return err({ code: 'NOTHING_TO_RETRY', state: row.state });
      await this.tx.execute(`UPDATE git_writes SET state = 'PENDING', attempts = 0, next_at = clock_timestamp(), finished_at = NULL WHERE id = $1`, [id]);
      await this.audit.record({ action: 'retryGitWrite', object: { kind: 'GitWrite', id }, projectId: projectId(row.project_id), outcome: 'SUCCEEDED' });
      this.tx.notify(CHANNELS.gitWriteDue, id);
      return ok(id);
    });
  }
}
