import { digestOfJson, isUuid, type Json } from '#kernel';
import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { ApiError } from '../access/index.js';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_PAGE, description: `How many, 1 to ${MAX_PAGE}.` }) first?: number | null;
  @Field(() => String, { nullable: true, description: 'Cursor of the last one seen.' }) after?: string | null;
}

@ObjectType({ description: 'Where a page of a list ends.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follow.' }) hasNextPage!: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the last one here: pass it as `after`.' }) endCursor!: string | null;
}

export interface EdgeOf<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface ConnectionOf<T> {
  readonly edges: EdgeOf<T>[];
  readonly pageInfo: PageInfo;
}

/** The Relay connection type of a node type. `name` is that of the node type: `connectionType('Cluster', () => ClusterType)`. */
export function connectionType<T>(name: string, node: () => Type<T>): Type<ConnectionOf<T>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a list.` })
  class Edge implements EdgeOf<T> {
    @Field(() => String, { description: 'Where it stands in the list.' }) cursor!: string;
    @Field(node, { description: `The ${name}.` }) node!: T;
  }
  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class Connection implements ConnectionOf<T> {
    @Field(() => [Edge], { description: 'What is on the page, in order.' }) edges!: Edge[];
    @Field(() => PageInfo, { description: 'Where the page ends.' }) pageInfo!: PageInfo;
  }
  return Connection;
}

/** What a part of a sort key is: NUMBER is an integer of 32 bits, TIME an ISO date in UTC. */
export type KeyPart = 'TEXT' | 'NUMBER' | 'TIME';
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z$/;

/** Where a page starts: the sort key of the last row seen and its id, which breaks ties. */
export interface Keyset {
  readonly key: readonly (string | number)[];
  readonly id: string;
}

/** A checked request for a page. Ask the database for `limit + 1` rows, then hand them to `toConnection`. */
export interface Page {
  readonly limit: number;
  readonly after: Keyset | undefined;
  readonly filterHash: string;
}

/**
 * Checks `first` and `after`. `filter` is everything that decides which rows come in which order: a cursor made under another
 * one is refused, as its position means nothing here. So is one that nobody gave out: its parts go into the query, and must be what `key` says.
 * @throws ApiError BAD_REQUEST, BAD_CURSOR
 */
export function parsePage(args: { readonly first?: number | null; readonly after?: string | null }, filter: Json, key: readonly KeyPart[]): Page {
  const limit = args.first ?? DEFAULT_PAGE;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw new ApiError('BAD_REQUEST', `"first" must be 1 to ${MAX_PAGE}.`);
  const filterHash = digestOfJson(filter).slice(7, 23);
  const { after } = args;
  return { limit, filterHash, after: after === undefined || after === null ? undefined : parseCursor(after, filterHash, key) };
}

/** The page of up to `limit + 1` rows; the surplus one only says that more follow. */
export function toConnection<Row, T>(rows: readonly Row[], page: Page, keysetOf: (row: Row) => Keyset, toNode: (row: Row) => T): ConnectionOf<T> {
  const edges = rows.slice(0, page.limit).map((row) => ({ cursor: formatCursor(keysetOf(row), page.filterHash), node: toNode(row) }));
  return { edges, pageInfo: { hasNextPage: rows.length > page.limit, endCursor: edges.at(-1)?.cursor ?? null } };
}

function formatCursor({ key, id }: Keyset, filterHash: string): string {
  return Buffer.from(JSON.stringify([filterHash, id, ...key]), 'utf8').toString('base64url');
}

function parseCursor(text: string, filterHash: string, parts: readonly KeyPart[]): Keyset {
  const bad = new ApiError('BAD_CURSOR', 'The cursor is not one of this list. Start again without "after".');
  let cursor: unknown;
  try {
    cursor = JSON.parse(Buffer.from(text.slice(0, 2_048), 'base64url').toString('utf8'));
  } catch {
    throw bad;
  }
  if (!Array.isArray(cursor) || cursor[0] !== filterHash) throw bad;
  const [, id, ...key]: unknown[] = cursor;
  if (typeof id !== 'string' || !isUuid(id) || key.length !== parts.length || !key.every((value, at): value is string | number => fits(value, parts[at]))) throw bad;
  return { id, key };
}

function fits(value: unknown, part: KeyPart | undefined): boolean {
  switch (part) {
    case 'TEXT':
      return typeof value === 'string' && !value.includes('\0');
    case 'NUMBER':
      return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31;
    case 'TIME':
      return typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value));
    case undefined:
      return false;
  }
}
