import { contactUrlOf, repositoryId, type ClusterId, type RepositoryId } from '#domain';
import type { GitCredentials } from '#git';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import { GatheredReads } from '../gathered-reads.js';
import type { CredentialSource, NeededCredential, OpenCredential } from './credential-sync.js';

/** Opens the sealed credentials of a repository's row; the feature that seals them brings it. */
export type OpenSealed = (repository: RepositoryId, sealed: Uint8Array) => GitCredentials;

const SCOPE = systemScope('agent-gateway');

/**
 * Of targets in force, and of those whose removal is not acknowledged yet: an agent that removes objects may still have to read the release. Whoever
 * acknowledges the last one loses them at once, before the planner has closed the target and before a removed cluster is cut off.
 */
const ofCluster = (cluster: string): string => `
  r.credentials_encrypted IS NOT NULL AND r.credentials_digest IS NOT NULL AND EXISTS (
    SELECT 1 FROM targets t JOIN releases l ON l.id = t.assigned_release_id
    WHERE t.cluster_id = ${cluster} AND (l.repository_id = r.id OR EXISTS (SELECT 1 FROM release_sources s WHERE s.release_id = l.id AND s.repository_id = r.id))
      AND (t.state = 'ACTIVE' OR EXISTS (SELECT 1 FROM tombstones b WHERE b.target_id = t.id AND b.acknowledged_at IS NULL)))`;
const NEEDED = `SELECT a.nth, r.id, r.credentials_digest FROM unnest($1::uuid[]) WITH ORDINALITY AS a (cluster_id, nth), repositories r WHERE ${ofCluster('a.cluster_id')}`;
/** Clusters in one read. */
const CLUSTERS_AT_ONCE = 500;

export class SqlCredentialSource implements CredentialSource {
  readonly #needed = new GatheredReads<ClusterId, readonly NeededCredential[]>((clusters) => this.#neededOfMany(clusters), CLUSTERS_AT_ONCE);

  constructor(
    private readonly tx: TransactionContext,
    private readonly openSealed: OpenSealed,
  ) {}

  needed(cluster: ClusterId): Promise<readonly NeededCredential[]> {
    return this.#needed.read(cluster);
  }

  async #neededOfMany(clusters: readonly ClusterId[]): Promise<readonly (readonly NeededCredential[])[]> {
    const rows = await this.tx.run(SCOPE, () => this.tx.query<{ nth: string; id: string; credentials_digest: string }>(NEEDED, [clusters]));
    const byCluster = Map.groupBy(rows, ({ nth }) => Number(nth) - 1);
    return clusters.map((_cluster, index) => (byCluster.get(index) ?? []).map((row) => ({ repositoryId: row.id, digest: row.credentials_digest })));
  }

  async open(cluster: ClusterId, repositoryIds: readonly string[]): Promise<readonly OpenCredential[]> {
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<{ id: string; url: string; credentials_digest: string; credentials_encrypted: Buffer }>(
        `SELECT r.id, r.url, r.credentials_digest, r.credentials_encrypted FROM repositories r WHERE ${ofCluster('$1')} AND r.id = ANY($2::uuid[])`,
        [cluster, repositoryIds],
      ),
    );
    return rows.map((row) => ({
      repositoryId: row.id,
      digest: row.credentials_digest,
      origin: originOf(row.url),
      credentials: this.openSealed(repositoryId(row.id), row.credentials_encrypted),
    }));
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'ssh:': '22' };

/** scheme://host:port, with the port always said; of a registry those of https. */
export function originOf(url: string): string {
  const { protocol, hostname, port } = new URL(contactUrlOf(url));
  return `${protocol}//${hostname}:${port === '' ? (DEFAULT_PORTS[protocol] ?? '80') : port}`;
}
