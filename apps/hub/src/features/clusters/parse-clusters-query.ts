import { parseSelectorString } from '#domain';
import { ApiError, parseIds, parsePage, type Page } from '../../platform/api/index.js';
import type { ClusterChangesFilter } from './cluster-changes.js';
import type { ClusterChangedArgs, ClustersArgs } from './clusters.graphql.js';
import type { ClusterFilter } from './clusters.read-model.js';

const MAX_LIST = 500;

/** The arguments of `clusters` as a filter and a page. @throws ApiError BAD_REQUEST, BAD_CURSOR */
export function parseClustersQuery(args: ClustersArgs): { readonly filter: ClusterFilter; readonly page: Page } {
  const { where } = args;
  if ((args.orderBy?.length ?? 0) > 1) throw new ApiError('BAD_REQUEST', '"orderBy" takes one entry.');
  const [order] = args.orderBy ?? [];
  const filter: ClusterFilter = {
    selector: args.labelSelector === undefined || args.labelSelector === null ? undefined : parseSelector(args.labelSelector),
    search: args.search ?? undefined,
    names: listOf(where?.name),
    states: listOf(where?.state),
    connections: listOf(where?.connection),
    order: { field: order?.field ?? 'NAME', descending: order?.direction === 'DESC' },
  };
  const page = parsePage(args, ['clusters', args.labelSelector ?? null, filter.search ?? null, [...(filter.names ?? [])], [...(filter.states ?? [])], [...(filter.connections ?? [])], { ...filter.order }], ['TEXT']);
  return { filter, page };
}

/** The arguments of `clusterChanged`. @throws ApiError BAD_REQUEST */
export function parseClusterChangesFilter({ ids, labelSelector, where }: ClusterChangedArgs): ClusterChangesFilter {
  return {
    ids: parseIds('Cluster', ids), selector: labelSelector === undefined || labelSelector === null ? undefined : parseSelector(labelSelector),
    names: listOf(where?.name), states: listOf(where?.state), connections: listOf(where?.connection),
  };
}

function parseSelector(text: string): ClusterFilter['selector'] {
  const parsed = parseSelectorString(text);
  if (parsed.ok) return parsed.value;
  const { position, expected } = parsed.error;
  throw new ApiError('BAD_REQUEST', `"labelSelector" does not parse at character ${position}: ${expected}.`);
}

/** `eq` and `in` together mean both. An absent filter is not an empty one. */
function listOf<T extends string>(filter: { readonly eq?: T | null; readonly in?: readonly T[] | null } | null | undefined): readonly T[] | undefined {
  const eq = filter?.eq ?? undefined;
  const many = filter?.in ?? undefined;
  if (many !== undefined && many.length > MAX_LIST) throw new ApiError('BAD_REQUEST', `"in" takes at most ${MAX_LIST} values.`);
  if (eq === undefined) return many;
  return many === undefined || many.includes(eq) ? [eq] : [];
}
