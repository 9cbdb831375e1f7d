import type { JsonObject } from '#kernel';
import { clusterId, type ClusterId, type Labels, type ParameterCluster } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import { factsOf } from '../clusters/index.js';

/** A cluster under its row lock, with the generation that its next order gets. */
export interface BumpedCluster extends ParameterCluster {
  readonly id: ClusterId;
  readonly generation: bigint;
}

const BUMP = `
  WITH locked AS MATERIALIZED (SELECT id FROM clusters WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE)
  UPDATE clusters c SET desired_seq = c.desired_seq + 1 FROM locked l WHERE c.id = l.id RETURNING c.id, c.desired_seq, c.name, c.labels, c.facts, c.facts_at`;

/** Takes the next generation of each cluster. Locks in order of id, so that planners of two applications never wait for each other in a circle. */
export async function bumpClusters(tx: TransactionContext, clusters: readonly ClusterId[]): Promise<ReadonlyMap<ClusterId, BumpedCluster>> {
  const rows = await tx.query<{ id: string; desired_seq: string; name: string; labels: Labels; facts: JsonObject; facts_at: Date | null }>(BUMP, [clusters]);
  return new Map(
    rows.map((row) => {
      const id = clusterId(row.id);
      return [id, { id, generation: BigInt(row.desired_seq), name: row.name, labels: row.labels, facts: row.facts_at === null ? undefined : factsOf(row.facts) }];
    }),
  );
}
