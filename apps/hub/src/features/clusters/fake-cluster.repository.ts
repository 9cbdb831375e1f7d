import { err, ok, type Result } from '#kernel';
import type { ClusterId } from '#domain';
import type { Cluster } from './cluster.js';
import type { DuplicateCluster, StaleCluster } from './cluster.errors.js';
import type { ClusterRepository } from './cluster.repository.js';

/** In memory, for unit tests; kept honest by cluster.repository.contract.ts. */
export class FakeClusterRepository implements ClusterRepository {
  readonly #clusters = new Map<ClusterId, Cluster>();

  add(cluster: Cluster): Promise<Result<Cluster, DuplicateCluster>> {
    if ([...this.#clusters.values()].some((other) => other.name === cluster.name)) return Promise.resolve(err({ code: 'DUPLICATE_CLUSTER', name: cluster.name }));
    this.#clusters.set(cluster.id, cluster);
    return Promise.resolve(ok(cluster));
  }

  lockByName(name: string): Promise<Cluster | undefined> {
    return Promise.resolve([...this.#clusters.values()].find((cluster) => cluster.name === name));
  }

  lockById(id: ClusterId): Promise<Cluster | undefined> {
    return Promise.resolve(this.#clusters.get(id));
  }

  save(cluster: Cluster): Promise<Result<Cluster, StaleCluster>> {
    const stored = this.#clusters.get(cluster.id);
    if (stored?.version !== cluster.version) return Promise.resolve(err({ code: 'STALE_VERSION', version: cluster.version }));
    const saved = { ...cluster, name: stored.name, version: cluster.version + 1 };
    this.#clusters.set(cluster.id, saved);
    return Promise.resolve(ok(saved));
  }

  findRemoving(limit: number): Promise<readonly ClusterId[]> {
    const removing = [...this.#clusters.values()].filter((cluster) => cluster.state === 'REMOVING');
    const key = (cluster: Cluster): string => `${cluster.removalDeadline?.toISOString() ?? '~'} ${cluster.id}`;
    return Promise.resolve(removing.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).slice(0, limit).map((cluster) => cluster.id));
  }
}
