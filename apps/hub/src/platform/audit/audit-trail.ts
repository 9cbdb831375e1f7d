import { canonicalJson, digestOf, digestOfJson, type Ids, type Json } from '#kernel';
import type { ProjectId } from '#domain';
import type { TransactionContext} from '../database/index.js';
import { type Scope } from '../database/index.js';

/** One entry. `before` and `after` go into digests only: they may be large, and must still hold no secret. */
export interface AuditRecord {
  /** What was done, as the API names it: `createCluster`, or `<controller>.<verb>`. */
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string };
  readonly projectId?: ProjectId;
  readonly outcome: 'SUCCEEDED' | 'REFUSED' | 'DENIED';
  /** Stable code, for refusals and denials. */
  readonly reason?: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** Writes the audit log, in the transaction of the change: there is no change without its entry and no entry without its change. */
export class AuditTrail {
  constructor(
    private readonly tx: TransactionContext,
    private readonly ids: Ids,
  ) {}

  async record(entry: AuditRecord): Promise<void> {
    const actor = actorOf(this.tx.scope);
    const at = await this.#at();
    const id = this.ids.uuid();
    const projectId = entry.projectId ?? this.tx.scope.projectId;
    const beforeDigest = entry.before === undefined ? undefined : digestOfJson(entry.before);
    const afterDigest = entry.after === undefined ? undefined : digestOfJson(entry.after);
    // What a later Merkle tree will be taken over: every field, in the one canonical encoding.
    const canonical = canonicalJson({
      id, at: at.toISOString(), actorKind: actor.kind, actorId: actor.id, action: entry.action, projectId, objectKind: entry.object.kind, objectId: entry.object.id,
      outcome: entry.outcome, reason: entry.reason, origin: actor.origin, requestId: actor.requestId, before: beforeDigest, after: afterDigest,
    });
    await this.tx.execute(
      `INSERT INTO audit_log (id, at, actor_kind, actor_id, action, project_id, object_kind, object_id, outcome, reason, origin, request_id, before_digest, after_digest, canonical)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        id, at, actor.kind, actor.id, entry.action, projectId ?? null, entry.object.kind, entry.object.id, entry.outcome, entry.reason ?? null,
        actor.origin, actor.requestId, beforeDigest ?? null, afterDigest ?? null, Buffer.from(canonical, 'utf8'),
      ],
    );
  }

  /** Milliseconds are all that JavaScript keeps: the row and the canonical bytes must tell the same time. */
  async #at(): Promise<Date> {
    const [row] = await this.tx.query<{ at: Date }>(`SELECT date_trunc('milliseconds', clock_timestamp()) AS at`);
    if (row === undefined) throw new Error('the database did not say the time');
    return row.at;
  }
}

/** SHA-256 of the canonical bytes of an entry, by which a verifier names it. */
export function auditEntryDigest(canonical: Uint8Array): string {
  return digestOf(canonical);
}

function actorOf(scope: Scope): { readonly kind: string; readonly id: string; readonly origin: string; readonly requestId: string } {
  return scope.kind === 'viewer'
    ? { kind: 'PRINCIPAL', id: scope.viewer.principalId, origin: scope.viewer.origin, requestId: scope.requestId }
    : { kind: 'SYSTEM', id: scope.controller, origin: scope.origin ?? 'hub', requestId: '' };
}
