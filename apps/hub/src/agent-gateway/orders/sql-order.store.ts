import { parseDigest, type Digest } from '#kernel';
import { targetId, type ClusterId, type TargetId } from '#domain';
import type { HeldOrder } from '#wire';
import { CHANNELS, systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { OrderStore, OrderView, RefusedOrder, StoredOrder } from './order.store.js';

const SCOPE = systemScope('agent-gateway');
const MAX_ORPHANS = 100;

const BYTES = 'order_bytes, order_key_id, order_signature, order_type, order_expires_at < now() AS is_expired';
/** What a cluster shall hold: a tombstone stands in front of its target's assignment until it is acknowledged. */
const wanted = (columns: string): string => `
  SELECT t.id AS target_id, t.generation, t.order_digest ${columns === '' ? '' : `, ${columns}`} FROM targets t
    WHERE t.cluster_id = $1 AND t.state = 'ACTIVE' AND t.order_bytes IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM tombstones o WHERE o.target_id = t.id AND o.acknowledged_at IS NULL)
  UNION ALL
  SELECT b.target_id, b.generation, b.order_digest ${columns === '' ? '' : `, ${columns}`} FROM tombstones b
    WHERE b.cluster_id = $1 AND b.acknowledged_at IS NULL AND b.order_bytes IS NOT NULL`;

interface WantedRow {
  readonly target_id: string;
  readonly generation: string;
  readonly order_digest: string;
}
interface OrderRow extends WantedRow {
  readonly order_bytes: Buffer;
  readonly order_key_id: string;
  readonly order_signature: Buffer;
  readonly order_type: string;
  readonly is_expired: boolean;
}

export class SqlOrderStore implements OrderStore {
  constructor(private readonly tx: TransactionContext) {}

  async view(cluster: ClusterId): Promise<OrderView> {
    // One statement, one snapshot: desired_seq never runs ahead of the rows it counts.
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<{ desired_seq: string } & (WantedRow | { target_id: null })>(
        `SELECT c.desired_seq, w.* FROM clusters c LEFT JOIN (${wanted('')}) w ON true WHERE c.id = $1`,
        [cluster],
      ),
    );
    return {
      upTo: BigInt(rows[0]?.desired_seq ?? '0'),
      wanted: rows.flatMap((row) => (row.target_id === null ? [] : [{ target: targetId(row.target_id), generation: BigInt(row.generation), orderDigest: digestIn(row.order_digest) }])),
    };
  }

  async above(cluster: ClusterId, generation: bigint, limit: number): Promise<readonly StoredOrder[]> {
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<OrderRow>(`SELECT * FROM (${wanted(BYTES)}) w WHERE generation > $2 ORDER BY generation LIMIT $3`, [cluster, generation.toString(), limit]),
    );
    return rows.map(toOrder);
  }

  async forTargets(cluster: ClusterId, targets: readonly TargetId[]): Promise<readonly StoredOrder[]> {
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<OrderRow>(`SELECT * FROM (${wanted(BYTES)}) w WHERE target_id = ANY($2::uuid[]) ORDER BY generation`, [cluster, targets]),
    );
    return rows.map(toOrder);
  }

  async requestReissue(cluster: ClusterId, targets: readonly TargetId[]): Promise<void> {
    if (targets.length === 0) return;
    await this.tx.run(SCOPE, async () => {
      const asked = await this.tx.query<{ application_id: string }>(
        `WITH assignments AS (
           UPDATE targets SET reissue_requested_at = now() WHERE cluster_id = $1 AND id = ANY($2::uuid[]) AND state = 'ACTIVE'
             AND (reissue_requested_at IS NULL OR reissue_requested_at < now() - interval '1 minute') RETURNING application_id),
         removals AS (
           UPDATE tombstones SET reissue_requested_at = now() WHERE cluster_id = $1 AND target_id = ANY($2::uuid[]) AND acknowledged_at IS NULL
             AND (reissue_requested_at IS NULL OR reissue_requested_at < now() - interval '1 minute') RETURNING application_id)
         SELECT application_id FROM assignments UNION SELECT application_id FROM removals`,
        [cluster, targets],
      );
      for (const row of asked) this.tx.notify(CHANNELS.applicationChanged, row.application_id);
    });
  }

  async recordRefusals(cluster: ClusterId, refused: readonly RefusedOrder[]): Promise<void> {
    if (refused.length === 0) return;
    await this.tx.run(SCOPE, async () => {
      const changed = await this.tx.query<{ target_id: string }>(
        `UPDATE target_status s SET sync = 'PENDING', reason = r.reason, message = '', sync_since = now()
         FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS r (target_id, generation, reason)
         WHERE s.target_id = r.target_id AND s.cluster_id = $1 AND s.generation < r.generation AND (s.sync, s.reason) <> ('PENDING', r.reason) RETURNING s.target_id`,
        [cluster, refused.map((order) => order.target), refused.map((order) => order.generation.toString()), refused.map((order) => order.reason)],
      );
      for (const row of changed) this.tx.notify(CHANNELS.targetChanged, row.target_id);
    });
  }

  async recordOrphans(cluster: ClusterId, held: readonly HeldOrder[]): Promise<void> {
    const ids = held.map((order) => order.target);
    await this.tx.run(SCOPE, async () => {
      const gone = await this.tx.execute('DELETE FROM orphaned_targets WHERE cluster_id = $1 AND NOT target_id = ANY($2::uuid[])', [cluster, ids]);
      const added = await this.tx.execute(
        `INSERT INTO orphaned_targets (cluster_id, target_id, epoch, generation)
         SELECT $1, h.target_id, h.epoch, h.generation FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS h (target_id, epoch, generation)
         WHERE NOT EXISTS (SELECT 1 FROM targets t WHERE t.id = h.target_id AND t.cluster_id = $1 AND t.state <> 'REMOVED')
           AND NOT EXISTS (SELECT 1 FROM tombstones b WHERE b.target_id = h.target_id AND b.cluster_id = $1 AND b.acknowledged_at IS NULL)
         ORDER BY h.target_id LIMIT ${MAX_ORPHANS}
         ON CONFLICT (cluster_id, target_id) DO UPDATE SET epoch = excluded.epoch, generation = excluded.generation, last_seen_at = now()`,
        [cluster, ids, held.map((order) => order.epoch.toString()), held.map((order) => order.generation.toString())],
      );
      if (gone + added > 0) this.tx.notify(CHANNELS.clusterChanged, cluster);
    });
  }
}

function toOrder(row: OrderRow): StoredOrder {
  return {
    target: targetId(row.target_id),
    generation: BigInt(row.generation),
    orderDigest: digestIn(row.order_digest),
    signed: { payload: row.order_bytes, keyId: row.order_key_id, signature: row.order_signature, type: row.order_type },
    isExpired: row.is_expired,
  };
}

function digestIn(text: string): Digest {
  const digest = parseDigest(text);
  if (digest === undefined) throw new Error('order_digest holds no digest');
  return digest;
}
