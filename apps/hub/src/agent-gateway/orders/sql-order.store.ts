import { parseDigest, type Digest, type Ids } from '#kernel';
import { targetId, type ClusterId, type TargetId } from '#domain';
import type { HeldOrder } from '#wire';
import { CHANNELS, systemScope, type TransactionContext } from '../../platform/database/index.js';
import { GatheredReads } from '../gathered-reads.js';
import { ORDER_LIFETIME_MS } from '../signing/issue-order.js';
import type { OrderStore, OrderView, RefusedOrder, StoredOrder } from './order.store.js';

const SCOPE = systemScope('agent-gateway');
const MAX_ORPHANS = 100;

const BYTES = 'order_bytes, order_key_id, order_signature, order_type, order_expires_at < now() AS is_expired';
/** The least time between two signatures of one order. */
const REISSUE_PACE_MS = 10_000;
/** When an order may be signed anew: it was issued a lifetime before it expires. */
const DUE = `greatest(now(), order_expires_at - $3 * interval '1 millisecond')`;
const heldBack = (cluster: string): string => `SELECT 1 FROM clusters k, hub_identity i WHERE k.id = ${cluster} AND k.ahead_epoch >= i.epoch`;
/** What a cluster shall hold: a tombstone stands in front of its target's assignment until it is acknowledged. Nothing of a cluster that is held back. */
const wanted = (columns: string, cluster = '$1'): string => `
  SELECT * FROM (
  SELECT t.id AS target_id, t.generation, t.order_digest ${columns === '' ? '' : `, ${columns}`} FROM targets t
    WHERE t.cluster_id = ${cluster} AND t.state = 'ACTIVE' AND t.order_bytes IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM tombstones o WHERE o.target_id = t.id AND o.acknowledged_at IS NULL)
  UNION ALL
  SELECT b.target_id, b.generation, b.order_digest ${columns === '' ? '' : `, ${columns}`} FROM tombstones b
    WHERE b.cluster_id = ${cluster} AND b.acknowledged_at IS NULL AND b.order_bytes IS NOT NULL) every WHERE NOT EXISTS (${heldBack(cluster)})`;
/** An order for each of many clusters is one read: a release over a fleet wakes them all at once. */
const ABOVE = `
  SELECT a.nth, w.* FROM unnest($1::uuid[], $2::bigint[], $3::int[]) WITH ORDINALITY AS a (cluster_id, above, most, nth),
    LATERAL (SELECT * FROM (${wanted(BYTES, 'a.cluster_id')}) every WHERE generation > a.above ORDER BY generation LIMIT a.most) w`;
/** Clusters in one read; each may have a whole frame of orders. */
const CLUSTERS_AT_ONCE = 100;

interface AskAbove {
  readonly cluster: ClusterId;
  readonly generation: bigint;
  readonly limit: number;
}

const REFUSE = `
  WITH changed AS (
    UPDATE target_status s SET refused_epoch = r.epoch, refused_generation = r.generation, refused_reason = r.reason, refused_message = r.message
    FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::uuid[]) AS r (target_id, epoch, generation, reason, message, transition_id) JOIN targets t ON t.id = r.target_id
    WHERE s.target_id = r.target_id AND s.cluster_id = $1 AND (s.epoch, s.generation) < (r.epoch, r.generation)
      AND (coalesce(s.refused_epoch, 0), coalesce(s.refused_generation, 0)) <= (r.epoch, r.generation)
      AND (s.refused_epoch, s.refused_generation, s.refused_reason, s.refused_message) IS DISTINCT FROM (r.epoch, r.generation, r.reason, r.message)
    RETURNING s.target_id, t.application_id, t.project_id, r.epoch, r.generation, r.reason, r.message, r.transition_id),
  told AS (
    INSERT INTO target_transitions (id, project_id, target_id, kind, generation, epoch, reason, message)
    SELECT transition_id, project_id, target_id, 'REFUSED', generation, epoch, reason, message FROM changed)
  SELECT target_id, application_id FROM changed`;

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
  readonly #above = new GatheredReads<AskAbove, readonly StoredOrder[]>((asks) => this.#aboveOfMany(asks), CLUSTERS_AT_ONCE);

  constructor(
    private readonly tx: TransactionContext,
    private readonly ids: Ids,
  ) {}

  async view(cluster: ClusterId): Promise<OrderView> {
    // One statement, one snapshot: desired_seq never runs ahead of the rows it counts.
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<{ desired_seq: string; epoch: string; is_held_back: boolean } & (WantedRow | { target_id: null })>(
        `SELECT c.desired_seq, h.epoch, EXISTS (${heldBack('$1')}) AS is_held_back, w.* FROM clusters c CROSS JOIN hub_identity h LEFT JOIN (${wanted('')}) w ON true WHERE c.id = $1`,
        [cluster],
      ),
    );
    const [first] = rows;
    if (first === undefined) throw new Error(`cluster ${cluster} has no row`);
    return {
      upTo: BigInt(first.desired_seq),
      epoch: BigInt(first.epoch),
      isHeldBack: first.is_held_back,
      wanted: rows.flatMap((row) => (row.target_id === null ? [] : [{ target: targetId(row.target_id), generation: BigInt(row.generation), orderDigest: digestIn(row.order_digest) }])),
    };
  }

  above(cluster: ClusterId, generation: bigint, limit: number): Promise<readonly StoredOrder[]> {
    return this.#above.read({ cluster, generation, limit });
  }

  async #aboveOfMany(asks: readonly AskAbove[]): Promise<readonly (readonly StoredOrder[])[]> {
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<OrderRow & { readonly nth: string }>(ABOVE, [asks.map(({ cluster }) => cluster), asks.map(({ generation }) => generation.toString()), asks.map(({ limit }) => limit)]),
    );
    const byAsk = Map.groupBy(rows, ({ nth }) => Number(nth) - 1);
    return asks.map((_ask, index) => (byAsk.get(index) ?? []).map(toOrder).toSorted((a, b) => (a.generation < b.generation ? -1 : 1)));
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
           UPDATE targets SET reissue_requested_at = ${DUE} WHERE cluster_id = $1 AND id = ANY($2::uuid[]) AND state = 'ACTIVE' AND order_bytes IS NOT NULL AND reissue_requested_at IS NULL
           RETURNING application_id),
         removals AS (
           UPDATE tombstones SET reissue_requested_at = ${DUE} WHERE cluster_id = $1 AND target_id = ANY($2::uuid[]) AND acknowledged_at IS NULL AND order_bytes IS NOT NULL
             AND reissue_requested_at IS NULL RETURNING application_id)
         SELECT application_id FROM assignments UNION SELECT application_id FROM removals`,
        [cluster, targets, ORDER_LIFETIME_MS - REISSUE_PACE_MS],
      );
      for (const row of asked) this.tx.notify(CHANNELS.applicationChanged, row.application_id);
    });
  }

  async holdBack(cluster: ClusterId, epoch: bigint): Promise<void> {
    await this.tx.run(SCOPE, async () => {
      const changed = await this.tx.execute('UPDATE clusters SET ahead_epoch = $2 WHERE id = $1 AND (ahead_epoch IS NULL OR ahead_epoch < $2)', [cluster, epoch.toString()]);
      if (changed === 0) return;
      this.tx.notify(CHANNELS.clusterChanged, cluster);
      await this.tx.query(`SELECT pg_notify('${CHANNELS.targetChanged}', id::text) FROM targets WHERE cluster_id = $1 AND state <> 'REMOVED'`, [cluster]);
    });
  }

  async recordRefusals(cluster: ClusterId, refused: readonly RefusedOrder[]): Promise<void> {
    if (refused.length === 0) return;
    await this.tx.run(SCOPE, async () => {
      const changed = await this.tx.query<{ target_id: string; application_id: string }>(
        REFUSE,
        [
          cluster, refused.map((order) => order.target), refused.map((order) => order.epoch.toString()), refused.map((order) => order.generation.toString()), refused.map((order) => order.reason),
          refused.map((order) => order.message), refused.map(() => this.ids.uuid()),
        ],
      );
      for (const row of changed) {
        this.tx.notify(CHANNELS.targetChanged, row.target_id);
        this.tx.notify(CHANNELS.applicationChanged, row.application_id); // its rollout waits for an answer
      }
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
