import { repositoryId, type ApplicationSpec, type OrderedArchive, type OrderedFurtherSource, type RepositoryType } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import { digestIn } from './digest-in.js';

interface Row {
  readonly release_id: string;
  readonly name: string;
  readonly commit: string;
  readonly ref: string;
  readonly location: string | null;
  readonly repository_id: string;
  readonly type: RepositoryType;
  readonly url: string;
  readonly credentials_digest: string | null;
}

/** What releases pin of their further sources, by release and in the order of their names; with `forOrders` their repositories are kept from changing. */
export async function loadPinnedSources(
  tx: Pick<TransactionContext, 'query'>, releases: readonly { readonly id: string; readonly spec: ApplicationSpec }[], purpose: 'forOrders' | 'toCompare',
): Promise<ReadonlyMap<string, readonly OrderedFurtherSource[]>> {
  const specs = new Map(releases.filter(({ spec }) => spec.sources !== undefined).map(({ id, spec }) => [id, spec]));
  if (specs.size === 0) return new Map();
  const rows = await tx.query<Row>(
    `SELECT s.release_id, s.name, s.commit, s.ref, s.location, g.id AS repository_id, g.type, g.url, g.credentials_digest FROM release_sources s JOIN repositories g ON g.id = s.repository_id
     WHERE s.release_id = ANY($1::uuid[]) ORDER BY g.id ${purpose === 'forOrders' ? 'FOR SHARE OF g' : ''}`,
    [[...specs.keys()]],
  );
  const sources = rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((row) => [row.release_id, toSource(row, specs.get(row.release_id))] as const);
  return new Map([...specs.keys()].map((id) => [id, sources.filter(([release]) => release === id).map(([, source]) => source)]));
}

/** Where an archive lay when the release was made. */
export function orderedArchive(release: string, type: RepositoryType, location: string | null, isChart: boolean): OrderedArchive | undefined {
  if (type === 'GIT') return undefined;
  if (location === null) throw new Error(`release ${release} of an archive does not say where it lies`);
  return { type, location, isChart };
}

function toSource(row: Row, spec: ApplicationSpec | undefined): OrderedFurtherSource {
  const { name, commit, ref } = row;
  const said = spec?.sources?.find((one) => one.name === name);
  if (said === undefined) throw new Error(`release ${row.release_id} pins the source ${name}, which its revision does not name`);
  const archive = orderedArchive(row.release_id, row.type, row.location, said.chart !== undefined);
  const credentialDigest = row.credentials_digest === null ? undefined : digestIn(row.credentials_digest, 'repositories.credentials_digest');
  return { name, repository: { id: repositoryId(row.repository_id), url: row.url, credentialDigest }, commit, ref, ...(archive === undefined ? {} : { archive }), path: said.path };
}
