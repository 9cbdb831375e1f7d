import { expect, it } from '@jest/globals';
import { clusterId } from '#domain';
import type { Cluster } from './cluster.js';
import type { ClusterRepository } from './cluster.repository.js';

type InTransaction = <T>(work: (repository: ClusterRepository) => Promise<T>) => Promise<T>;

function aCluster(number: number, part: Partial<Cluster> = {}): Cluster {
  const id = clusterId(`00000000-0000-7000-8000-${String(number).padStart(12, '0')}`);
  return { id, name: `c${number}`, labels: { env: 'prod' }, state: 'PENDING', removalDeadline: undefined, version: 1, ...part };
}

/** What every ClusterRepository does. `run` gives each call a transaction of its own. */
export function clusterRepositoryContract(run: InTransaction): void {
  it('finds what was added, by name and by id', async () => {
    const cluster = aCluster(1);
    expect(await run((repository) => repository.add(cluster))).toEqual({ ok: true, value: cluster });
    expect(await run((repository) => repository.lockByName('c1'))).toEqual(cluster);
    expect(await run((repository) => repository.lockById(cluster.id))).toEqual(cluster);
    expect(await run((repository) => repository.lockByName('other'))).toBeUndefined();
  });

  it('refuses a second cluster of that name and keeps the first', async () => {
    await run((repository) => repository.add(aCluster(2)));
    expect(await run((repository) => repository.add(aCluster(3, { name: 'c2' })))).toEqual({ ok: false, error: { code: 'DUPLICATE_CLUSTER', name: 'c2' } });
    expect(await run((repository) => repository.lockByName('c2'))).toEqual(aCluster(2));
  });

  it('saves once per version', async () => {
    const cluster = aCluster(4);
    await run((repository) => repository.add(cluster));
    const changed = { ...cluster, labels: { env: 'dev', tier: '' } };
    expect(await run((repository) => repository.save(changed))).toEqual({ ok: true, value: { ...changed, version: 2 } });
    expect(await run((repository) => repository.save(changed))).toEqual({ ok: false, error: { code: 'STALE_VERSION', version: 1 } });
    expect(await run((repository) => repository.lockByName('c4'))).toEqual({ ...changed, version: 2 });
  });

  it('lists clusters that are being removed by deadline', async () => {
    for (const [number, minute] of [[5, 30], [6, 10], [7, 20]] as const) {
      await run((repository) => repository.add(aCluster(number)));
      await run((repository) => repository.save(aCluster(number, { state: 'REMOVING', removalDeadline: new Date(`2026-11-01T12:${minute}:00Z`) })));
    }
    expect(await run((repository) => repository.findRemoving(2))).toEqual([aCluster(6).id, aCluster(7).id]);
  });
}
