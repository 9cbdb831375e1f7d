import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: string;
  readonly action: string;
  readonly objectKind: string;
  readonly objectId: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly origin: string;
  readonly requestId: string;
  readonly beforeDigest: string | null;
  readonly afterDigest: string | null;
}

export interface AuditFilter {
  readonly action: string | undefined;
  readonly objectId: string | undefined;
}

const COLUMNS = `id, at, actor_kind AS "actorKind", actor_id AS "actorId", action, object_kind AS "objectKind", object_id AS "objectId", outcome, reason, origin,
  request_id AS "requestId", before_digest AS "beforeDigest", after_digest AS "afterDigest"`;

/** The audit log, newest first. Times are kept to the millisecond, so that a cursor holds one exactly. */
@Injectable()
export class AuditReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** One more than the page wants. */
  async list(viewer: Viewer, filter: AuditFilter, page: Page): Promise<readonly AuditEntry[]> {
    return this.tx.run(viewerScope(viewer), () =>
      this.tx.query<AuditEntry>(
        `SELECT ${COLUMNS} FROM audit_log
         WHERE ($1::text IS NULL OR action = $1) AND ($2::text IS NULL OR object_id = $2) AND ($3::timestamptz IS NULL OR (at, id) < ($3::timestamptz, $4::uuid))
         ORDER BY at DESC, id DESC LIMIT $5`,
        [filter.action ?? null, filter.objectId ?? null, page.after?.key[0] ?? null, page.after?.id ?? null, page.limit + 1],
      ),
    );
  }
}
