import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { err } from '#kernel';
import type { KubeObject } from '#domain';
import type { KubeClient } from '#kube';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

/** The server takes the write of one object, and its answer gets lost. */
class LostAnswers {
  /** Name of the object. */
  losing = '';

  between(client: KubeClient): KubeClient {
    const apply: KubeClient['apply'] = async (object: KubeObject, options) => {
      const answer = await client.apply(object, options);
      if (options.dryRun === true || object.metadata.name !== this.losing) return answer;
      return err({ code: 'TIMEOUT', httpStatus: 0, message: 'no complete answer within the deadline' });
    };
    return new Proxy(client, {
      get: (real, name) => {
        if (name === 'apply') return apply;
        const value: unknown = Reflect.get(real, name, real);
        return typeof value === 'function' ? (value.bind(real) as unknown) : value;
      },
    });
  }
}

describe('a write whose answer got lost', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  const lost = new LostAnswers();
  beforeEach(async () => {
    lost.losing = '';
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source, 1, { between: (client) => lost.between(client) });
    source.put('one', [configMap('a', { v: '1' }), configMap('b', { v: '1' })]);
    source.put('two', [configMap('a', { v: '2' }), configMap('b', { v: '2' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    lost.losing = 'b';
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await agent.reported({ generation: 2n, reason: 'CLUSTER_UNAVAILABLE' });
    lost.losing = '';
    expect(cluster.object(cm('b'))?.['data']).toEqual({ v: '2' });
  });
  afterEach(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('is sent again by the next pass', async () => {
    await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(cluster.object(cm('b'))?.['data']).toEqual({ v: '2' });
  });

  it('does not make the release before it look applied when that one is ordered back', async () => {
    await agent.accept(anAssignment({ generation: 3, release: 'one' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'HEALTHY' });
    expect([cm('a'), cm('b')].map((ref) => cluster.object(ref)?.['data'])).toEqual([{ v: '1' }, { v: '1' }]);
  });

  it('nor by the process after this one', async () => {
    await agent.stop();
    agent = await TestAgent.start(cluster, source, 2, { stored: [anAssignment({ generation: 3, release: 'one' })] });
    await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'HEALTHY' });
    expect([cm('a'), cm('b')].map((ref) => cluster.object(ref)?.['data'])).toEqual([{ v: '1' }, { v: '1' }]);
  });
});
