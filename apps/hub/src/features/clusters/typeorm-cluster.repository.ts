import { err, ok, type Result } from '#kernel';
import { clusterId, type ClusterId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TransactionContext } from '../../platform/database/index.js';
import { CLUSTER_STATES, type Cluster, type ClusterLabels } from './cluster.js';
import type { DuplicateCluster, StaleCluster } from './cluster.errors.js';
import type { ClusterRepository } from './cluster.repository.js';

/** The columns that people decide; those of the agent belong to the gateway. */
@Entity({ name: 'clusters' })
export class ClusterEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') name!: string;
  @Column('jsonb') labels!: ClusterLabels;
  @Column('text') state!: string;
  @Column('timestamptz', { name: 'removal_deadline', nullable: true }) removalDeadline!: Date | null;
  @Column('timestamptz', { name: 'removed_at', nullable: true }) removedAt!: Date | null;
  @Column('integer') version!: number;
}

/** Not stronger: rows that refer to the cluster may be written meanwhile. */
const LOCK = { mode: 'for_no_key_update' } as const;

@Injectable()
export class TypeormClusterRepository implements ClusterRepository {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async add(cluster: Cluster): Promise<Result<Cluster, DuplicateCluster>> {
    const inserted = await this.tx.execute('INSERT INTO clusters (id, name, labels, state, version) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING', [
      cluster.id, cluster.name, JSON.stringify(cluster.labels), cluster.state, cluster.version,
    ]);
    return inserted === 1 ? ok(cluster) : err({ code: 'DUPLICATE_CLUSTER', name: cluster.name });
  }

  async lockByName(name: string): Promise<Cluster | undefined> {
    const row = await this.tx.manager.findOne(ClusterEntity, { where: { name }, lock: LOCK });
    return row === null ? undefined : toCluster(row);
  }

  async lockById(id: ClusterId): Promise<Cluster | undefined> {
    const row = await this.tx.manager.findOne(ClusterEntity, { where: { id }, lock: LOCK });
    return row === null ? undefined : toCluster(row);
  }

  async save(cluster: Cluster): Promise<Result<Cluster, StaleCluster>> {
    const { id, version } = cluster;
    const { affected } = await this.tx.manager.update(ClusterEntity, { id, version }, {
      labels: cluster.labels,
      state: cluster.state,
      removalDeadline: cluster.removalDeadline ?? null,
      removedAt: cluster.state === 'REMOVED' ? () => 'now()' : null,
      version: version + 1,
    });
    return affected === 1 ? ok({ ...cluster, version: version + 1 }) : err({ code: 'STALE_VERSION', version });
  }

  async findRemoving(limit: number): Promise<readonly ClusterId[]> {
    const rows = await this.tx.query<{ id: string }>(`SELECT id FROM clusters WHERE state = 'REMOVING' ORDER BY removal_deadline, id LIMIT $1`, [limit]);
    return rows.map((row) => clusterId(row.id));
  }
}

function toCluster(row: ClusterEntity): Cluster {
  const state = CLUSTER_STATES.find((known) => known === row.state);
  if (state === undefined) throw new Error(`cluster ${row.id} has an unknown state`);
  return { id: clusterId(row.id), name: row.name, labels: row.labels, state, removalDeadline: row.removalDeadline ?? undefined, version: row.version };
}
