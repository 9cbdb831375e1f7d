import type { HubClient } from './hub-client.js';

export interface Page<T> {
  readonly edges: readonly { readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const MAX_PAGES = 1000;

/** Every node of a connection, page after page. The document takes `$after` and selects `pageInfo`. @throws Error where there are more pages than `most` */
export async function allPages<T>(hub: Pick<HubClient, 'query'>, document: string, field: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal, most = MAX_PAGES): Promise<readonly T[]> {
  const nodes: T[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < most; pages += 1) {
    const data: Record<string, Page<T>> = await hub.query(document, { ...variables, after }, signal);
    const page: Page<T> | undefined = data[field];
    if (page === undefined) throw new Error(`the document does not select ${field}`);
    nodes.push(...page.edges.map((edge) => edge.node));
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
  throw new Error(`more than ${most} pages of ${field}: narrow the selection`);
}
