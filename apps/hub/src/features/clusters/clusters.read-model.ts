import type { JsonObject } from '#kernel';
import { clusterId, type Selector } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { CONNECTION } from './connection.sql.js';
import { CLUSTER_STATES, CONNECTION_STATES, type ClusterLabels, type ClusterState, type ClusterView, type ConnectionState } from './cluster.js';
import { selectorToSql } from './selector-to-sql.js';

export const CLUSTER_ORDER_FIELDS = ['NAME', 'CREATED_AT', 'LAST_SEEN_AT'] as const;
export type ClusterOrderField = (typeof CLUSTER_ORDER_FIELDS)[number];

export interface ClusterFilter {
  readonly selector: Selector | undefined;
  /** Part of a name. */
  readonly search: string | undefined;
  readonly names: readonly string[] | undefined;
  readonly states: readonly ClusterState[] | undefined;
  readonly connections: readonly ConnectionState[] | undefined;
  readonly order: { readonly field: ClusterOrderField; readonly descending: boolean };
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly labels: ClusterLabels;
  readonly facts: JsonObject;
  readonly facts_at: Date | null;
  readonly state: string;
  readonly removal_deadline: Date | null;
  readonly connection: string;
  readonly last_seen_at: Date | null;
  readonly agent_version: string | null;
  readonly version: number;
  readonly created_at: Date;
}

const COLUMNS = `id, name, labels, facts, facts_at, state, removal_deadline, ${CONNECTION} AS connection, last_seen_at, agent_version, version, created_at`;
/** Sort keys as texts that sort and compare as the column does; "never seen" comes before every time. */
const SORT_KEYS: Readonly<Record<ClusterOrderField, string>> = {
  NAME: 'name',
  CREATED_AT: `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`,
  LAST_SEEN_AT: `coalesce(to_char(last_seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '')`,
};

/** A row of a list, with the text it is sorted by. */
export interface ListedCluster {
  readonly cluster: ClusterView;
  readonly sortKey: string;
}

@Injectable()
export class ClusterReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** A cluster in service, or on its way out. A removed one is not there. */
  async findByName(viewer: Viewer, name: string): Promise<ClusterView | undefined> {
    return this.tx.run(viewerScope(viewer), async () => {
      const [row] = await this.tx.query<Row>(`SELECT ${COLUMNS} FROM clusters WHERE name = $1 AND state <> 'REMOVED'`, [name]);
      return row && toView(row);
    });
  }

  /** One answer per id, in order; removed clusters too, since rollouts and audit rows go on naming them. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (ClusterView | undefined)[]> {
    return this.tx.run(viewerScope(viewer), async () => {
      const rows = await this.tx.query<Row>(`SELECT ${COLUMNS} FROM clusters WHERE id = ANY($1::uuid[])`, [ids]);
      const byId = new Map(rows.map((row) => [row.id, toView(row)]));
      return ids.map((id) => byId.get(id));
    });
  }

  /** One more than the page wants. Removed clusters only when `states` asks for them. */
  async list(viewer: Viewer, filter: ClusterFilter, page: Page): Promise<readonly ListedCluster[]> {
    const parameters: unknown[] = [];
    const bind = (value: unknown): string => `$${parameters.push(value)}`;
    const { field, descending } = filter.order;
    const key = SORT_KEYS[field];
    const where = [
      ...conditionsOf(filter, parameters),
      page.after === undefined ? undefined : `((${key}) COLLATE "C", id) ${descending ? '<' : '>'} (${bind(page.after.key[0] ?? '')}::text, ${bind(page.after.id)}::uuid)`,
    ].filter((condition) => condition !== undefined);
    const direction = descending ? 'DESC' : 'ASC';
    const sql = `SELECT ${COLUMNS}, ${key} AS sort_key FROM clusters WHERE ${where.join(' AND ')} ORDER BY (${key}) COLLATE "C" ${direction}, id ${direction} LIMIT ${bind(page.limit + 1)}`;
    const rows = await this.tx.run(viewerScope(viewer), () => this.tx.query<Row & { sort_key: string }>(sql, parameters));
    return rows.map((row) => ({ cluster: toView(row), sortKey: row.sort_key }));
  }

  /** Whether a list with that filter would hold the cluster. */
  async matches(viewer: Viewer, id: string, filter: Omit<ClusterFilter, 'order' | 'search'>): Promise<boolean> {
    const parameters: unknown[] = [id];
    const where = ['id = $1', ...conditionsOf({ ...filter, search: undefined }, parameters)].join(' AND ');
    return this.tx.run(viewerScope(viewer), async () => (await this.tx.query(`SELECT 1 FROM clusters WHERE ${where}`, parameters)).length > 0);
  }
}

function conditionsOf(filter: Omit<ClusterFilter, 'order'>, parameters: unknown[]): readonly string[] {
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  return [
    filter.selector === undefined ? undefined : selectorToSql(filter.selector, parameters),
    filter.search === undefined ? undefined : `strpos(name, ${bind(filter.search)}) > 0`,
    filter.names === undefined ? undefined : `name = ANY(${bind([...filter.names])}::text[])`,
    filter.states === undefined ? `state <> 'REMOVED'` : `state = ANY(${bind([...filter.states])}::text[])`,
    filter.connections === undefined ? undefined : `${CONNECTION} = ANY(${bind([...filter.connections])}::text[])`,
  ].filter((condition) => condition !== undefined);
}

function toView(row: Row): ClusterView {
  return {
    id: clusterId(row.id), name: row.name, labels: row.labels, facts: row.facts, factsAt: row.facts_at ?? undefined, state: oneOf(CLUSTER_STATES, row.state),
    removalDeadline: row.removal_deadline ?? undefined, connection: oneOf(CONNECTION_STATES, row.connection), lastSeenAt: row.last_seen_at ?? undefined,
    agentVersion: row.agent_version ?? undefined, version: row.version, createdAt: row.created_at,
  };
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((value) => value === text);
  if (found === undefined) throw new Error(`unforeseen value: ${text}`);
  return found;
}
