import {
  isReasonCode, releaseId, rolloutId, TARGET_CHANGE_KINDS, type HealthState, type ReasonCode, type ReleaseId, type RolloutId, type Selector, type SyncState, type TargetChangeKind, type TargetId, type TargetName,
} from '#domain';
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
  readonly id: string;
  readonly at: Date;
  /** `at` as exactly as the database knows it, for cursors. */
  readonly exactAt: string;
  readonly kind: TargetChangeKind;
  readonly release: ReleaseId | undefined;
  readonly generation: bigint;
  readonly sync: SyncState | undefined;
  readonly health: HealthState | undefined;
  readonly reason: ReasonCode | undefined;
  readonly message: string | undefined;
  readonly rollout: RolloutId | undefined;
  /** Of its rollout, or of the removal. */
  readonly cause: string | undefined;
  readonly actor: string | undefined;
}

/** Which changes: all of it must hold. */
export interface ChangeFilter {
  readonly kinds: readonly TargetChangeKind[];
  /** The first moment that counts. */
  readonly since: Date | undefined;
  /** The first moment that does not count any more. */
  readonly until: Date | undefined;
}
export const ALL_CHANGES: ChangeFilter = { kinds: TARGET_CHANGE_KINDS, since: undefined, until: undefined };

interface TransitionRow {
  readonly id: string;
  readonly at: Date;
  readonly exact_at: string;
  readonly kind: TargetChangeKind;
  readonly release_id: string | null;
  readonly generation: string;
  readonly sync: SyncState | null;
  readonly health: HealthState | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly rollout_id: string | null;
  readonly cause: string | null;
  readonly actor: string | null;
}

/** Kinds that only a newer build knows are not among those that are asked for. */
const SELECT_TRANSITIONS = `
  SELECT x.id, x.at, to_char(x.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS exact_at, x.kind, x.release_id, x.generation, x.sync, x.health, x.reason, x.message, x.rollout_id,
    coalesce(x.cause, o.cause) AS cause, x.actor
  FROM target_transitions x LEFT JOIN rollouts o ON o.id = x.rollout_id
  WHERE x.target_id = $1 AND x.kind = ANY($2::text[]) AND ($3::timestamptz IS NULL OR x.at >= $3) AND ($4::timestamptz IS NULL OR x.at < $4) AND ($5::timestamptz IS NULL OR (x.at, x.id) < ($5, $6::uuid))
  ORDER BY x.at DESC, x.id DESC LIMIT $7`;

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

  /** Newest first, one more than the page wants. */
  async history(viewer: Viewer, target: TargetId, { kinds, since, until }: ChangeFilter, { after, limit }: Pick<Page, 'after' | 'limit'>): Promise<readonly TransitionView[]> {
    const parameters = [target, kinds, since ?? null, until ?? null, after?.key[0] ?? null, after?.id ?? null, limit + 1];
    const rows = await this.tx.run(viewerScope(viewer), () => this.tx.query<TransitionRow>(SELECT_TRANSITIONS, parameters));
    return rows.map((row) => ({
      id: row.id, at: row.at, exactAt: row.exact_at, kind: row.kind, rollout: row.rollout_id === null ? undefined : rolloutId(row.rollout_id), cause: row.cause ?? undefined, actor: row.actor ?? undefined, release: row.release_id === null ? undefined : releaseId(row.release_id), generation: BigInt(row.generation), sync: row.sync ?? undefined,
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
