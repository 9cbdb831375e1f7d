import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { err } from '#kernel';
import type { KubeClient, KubeFailure, KubeFailureCode } from '#kube';
import { until } from '#testing';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

/** Every read of an application's object fails in the same way, as long as there is a failure. */
class Faults {
  failure: KubeFailure | undefined;
  failed = 0;

  between(client: KubeClient): KubeClient {
    const failing = new Set<PropertyKey>(['get', 'list']);
    return new Proxy(client, {
      get: (real, name) => {
        const value: unknown = Reflect.get(real, name, real);
        if (typeof value !== 'function') return value;
        if (!failing.has(name)) return value.bind(real) as unknown;
        return (...args: readonly unknown[]): unknown => {
          if (this.failure === undefined) return value.apply(real, args) as unknown;
          this.failed += 1;
          return Promise.resolve(err(this.failure));
        };
      },
    });
  }
}

const CODES: readonly KubeFailureCode[] = ['UNAVAILABLE', 'TIMEOUT', 'FORBIDDEN', 'UNAUTHORIZED', 'KIND_NOT_FOUND', 'SERVER_ERROR', 'MALFORMED_RESPONSE', 'TRUNCATED_RESPONSE', 'EXPIRED', 'NOT_FOUND'];

describe.each(CODES)('reads that fail with %s', (code) => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const faults = new Faults();
  const source = new TestSource();
  const all = [configMap('a', { v: '1' }), configMap('b', { v: '1' }), configMap('c', { v: '1' })];
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source, 1, { between: (client) => faults.between(client) });
    source.put('three', all);
    source.put('two', all.slice(0, 2));
    await agent.accept(anAssignment({ generation: 1, release: 'three' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    cluster.audit.mark();
    // NOT_FOUND about something else, as a proxy or a missing namespace answers, says nothing about the object.
    faults.failure = { code, httpStatus: 500, message: 'injected', ...(code === 'NOT_FOUND' ? { subject: { group: '', resource: 'namespaces', name: 'shop' } } : {}) };
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  const attempts = async (more: number): Promise<void> => {
    const before = faults.failed;
    await until('reads to have failed', 20_000, () => (faults.failed >= before + more ? true : undefined));
  };

  it('prune nothing and write nothing', async () => {
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await attempts(1);
    await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD' });
    expect(agent.last()).toMatchObject({ objectCount: 3, drifted: [], health: 'HEALTHY' });
    expect(cluster.writes()).toEqual([]);
  });

  it('survive a restart without a write', async () => {
    await agent.stop();
    agent = await TestAgent.start(cluster, source, 2, { between: (client) => faults.between(client) });
    await attempts(3);
    await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD' });
    expect(agent.last()?.drifted).toEqual([]);
    expect(cluster.writes()).toEqual([]);
  });

  it('complete no removal: nothing is deleted and nothing is forgotten', async () => {
    await agent.accept(aTombstone({ generation: 3, mode: 'DELETE' }));
    await attempts(3);
    await agent.reported({ generation: 3n, sync: 'REMOVING', objectCount: 3 });
    expect(agent.core.inbox.floor()).toEqual({ epoch: 0n, generation: 0n });
    expect(cluster.writes()).toEqual([]);
  });

  it('hold up nothing once they are over', async () => {
    faults.failure = undefined;
    await agent.reported({ generation: 3n, sync: 'REMOVED' });
    expect(['a', 'b', 'c'].map((name) => cluster.object(cm(name)))).toEqual([undefined, undefined, undefined]);
  });
});
