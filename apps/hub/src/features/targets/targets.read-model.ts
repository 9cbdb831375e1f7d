import type { HealthState, ReasonCode, ReleaseId, Selector, SyncState, TargetId, TargetName } from '#domain';
import { isReasonCode, releaseId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { selectorToSql } from '../clusters/index.js';
import { toTargetView, type TargetRow } from './target-row.js';
import type { TargetView } from './target-view.js';
import { HEALTH, SELECT_TARGETS, SYNC } from './target.sql.js';

/** Which targets: all of it must hold. Removed ones only where `syncs` asks for them. */
export interface TargetFilter {
  readonly project?: string | undefined;
  readonly application?: string | undefined;
  readonly cluster?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly clusterSelector?: Selector | undefined;
  readonly syncs?: readonly SyncState[] | undefined;
  readonly healths?: readonly HealthState[] | undefined;
}

/** One step in the life of a target. */
export interface TransitionView {
  readonly at: Date;
  readonly kind: string;
  readonly release: ReleaseId | undefined;
  readonly generation: bigint;
  readonly sync: SyncState | undefined;
  readonly health: HealthState | undefined;
  readonly reason: ReasonCode | undefined;
  readonly message: string | undefined;
}

interface TransitionRow {
  readonly at: Date;
  readonly kind: string;
  readonly release_id: string | null;
  readonly generation: string;
  readonly sync: SyncState | null;
  readonly health: HealthState | null;
  readonly reason: string | null;
  readonly message: string | null;
}

/** Targets as a viewer sees them. "Not there" and "not yours" are one answer. */
@Injectable()
export class TargetReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async findByName(viewer: Viewer, name: TargetName): Promise<TargetView | undefined> {
    const [row] = await this.#rows(viewer, `WHERE p.name = $1 AND a.name = $2 AND c.name = $3 ORDER BY t.created_at DESC LIMIT 1`, [name.project, name.application, name.cluster]);
    return row && toTargetView(row);
  }

  /** One answer per id, in order, undefined for what is missing. Removed ones are found: history refers to them. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (TargetView | undefined)[]> {
    const byId = new Map((await this.#rows(viewer, 'WHERE t.id = ANY($1::uuid[])', [ids])).map((row) => [row.id, toTargetView(row)]));
    return ids.map((id) => byId.get(id));
  }

  /** In order of creation, one more than the page wants. */
  async list(viewer: Viewer, filter: TargetFilter, page: Page): Promise<readonly TargetView[]> {
    const parameters: unknown[] = [];
    const where = conditionsOf(filter, page, parameters).join(' AND ');
    const rows = await this.#rows(viewer, `WHERE ${where} ORDER BY t.id LIMIT $${parameters.push(page.limit + 1)}`, parameters);
    return rows.map(toTargetView);
  }

  /** Newest first. */
  async history(viewer: Viewer, target: TargetId, limit: number): Promise<readonly TransitionView[]> {
    const rows = await this.tx.run(viewerScope(viewer), () =>
      this.tx.query<TransitionRow>('SELECT at, kind, release_id, generation, sync, health, reason, message FROM target_transitions WHERE target_id = $1 ORDER BY at DESC, id DESC LIMIT $2', [target, limit]),
    );
    return rows.map((row) => ({
      at: row.at, kind: row.kind, release: row.release_id === null ? undefined : releaseId(row.release_id), generation: BigInt(row.generation), sync: row.sync ?? undefined,
      health: row.health ?? undefined, reason: row.reason !== null && isReasonCode(row.reason) ? row.reason : undefined, message: row.message ?? undefined,
    }));
  }

  #rows(viewer: Viewer, rest: string, parameters: readonly unknown[]): Promise<TargetRow[]> {
    return this.tx.run(viewerScope(viewer), () => this.tx.query<TargetRow>(`${SELECT_TARGETS} ${rest}`, parameters));
  }
}

function conditionsOf(filter: TargetFilter, page: Page, parameters: unknown[]): readonly string[] {
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions: string[] = [];
  if (page.after !== undefined) conditions.push(`t.id > ${bind(page.after.id)}::uuid`);
  if (filter.project !== undefined) conditions.push(`p.name = ${bind(filter.project)}`);
  if (filter.application !== undefined) conditions.push(`a.name = ${bind(filter.application)}`);
  if (filter.cluster !== undefined) conditions.push(`c.name = ${bind(filter.cluster)}`);
  if (filter.applicationId !== undefined) conditions.push(`t.application_id = ${bind(filter.applicationId)}`);
  if (filter.clusterId !== undefined) conditions.push(`t.cluster_id = ${bind(filter.clusterId)}`);
  if (filter.clusterSelector !== undefined) conditions.push(`t.cluster_id IN (SELECT id FROM clusters WHERE ${selectorToSql(filter.clusterSelector, parameters)})`);
  if (filter.healths !== undefined) conditions.push(`${HEALTH} = ANY(${bind(filter.healths)}::text[])`);
  if (filter.syncs !== undefined) conditions.push(`${SYNC} = ANY(${bind(filter.syncs)}::text[])`);
  if (filter.syncs?.includes('REMOVED') !== true) conditions.push(`t.state <> 'REMOVED'`);
  return conditions;
}
