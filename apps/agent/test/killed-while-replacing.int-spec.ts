import { describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '#domain';
import { until } from '#testing';
import { REPLACE_FAILPOINTS } from '../src/reconcile/replace-failpoints.js';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

const labels = { app: 'other' };
const anew: KubeObject = {
  ...deployment('web', 'web:2'),
  metadata: { name: 'web', annotations: { 'capstan.dev/apply': 'replace' } },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'web:2' }] } } },
};
const PLACES = [...REPLACE_FAILPOINTS, 'agent.apply.after-server-check', 'agent.apply.after-intent', 'agent.apply.after-object', 'agent.apply.after-wave', 'agent.apply.after-live'];

/** An object of kubectl's is taken over, then a Deployment is made anew; the agent is killed once, the nth time that it comes by a place. */
async function story(place: string, nth: number): Promise<{ readonly killed: boolean }> {
  const cluster = await TestCluster.start();
  const source = new TestSource();
  source.put('one', [deployment('web', 'web:1'), configMap('old', { a: '2' })]);
  source.put('two', [anew, configMap('old', { a: '3' })]);
  unwrap(await cluster.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, { fieldManager: 'kubectl' }));
  unwrap(await cluster.admin.create(configMap('old', { a: '1', stale: '1' }, { namespace: 'shop' }), { fieldManager: 'kubectl-client-side-apply' }));
  const oldUid = cluster.object(cm('old'))?.metadata.uid;
  let passed = 0;
  let killed = false;
  let epoch = 1;
  const hit = (name: string): void => {
    if (killed) throw new Error(`killed before ${name}`);
    if (name !== place || (passed += 1) < nth) return;
    killed = true;
    agent.kill();
    throw new Error(`killed at ${name}`);
  };
  let agent = await TestAgent.start(cluster, source, epoch, { failpoints: { hit } });
  let isRevived = false;
  const over = async (generation: bigint, isOver: () => boolean): Promise<void> => {
    await until(`generation ${generation} to be over after a kill at ${place} (${nth})`, 20_000, async () => {
      if (killed && !isRevived) {
        isRevived = true;
        await agent.stop();
        agent = await TestAgent.start(cluster, source, (epoch += 1));
      }
      return isOver() ? true : undefined;
    });
  };
  const isSynced = (generation: bigint) => (): boolean => agent.last()?.generation === generation && agent.last()?.sync === 'SYNCED' && agent.last()?.health === 'HEALTHY';
  try {
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await over(1n, isSynced(1n));
    const webUid = cluster.object(deploy('web'))?.metadata.uid;
    expect(cluster.object(cm('old'))).toMatchObject({ data: { a: '2' }, metadata: { uid: oldUid } });
    expect(cluster.object(cm('old'))?.['data']).toEqual({ a: '2' });
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await over(2n, isSynced(2n));
    expect(cluster.object(deploy('web'))?.metadata.uid).not.toBe(webUid);
    expect(new Set(cluster.deletes())).toEqual(new Set(['deployments shop/web']));
    expect(cluster.object(cm('old'))?.metadata.uid).toBe(oldUid);
    await agent.accept(aTombstone({ generation: 3, mode: 'DELETE' }));
    await over(3n, () => agent.last()?.sync === 'REMOVED');
    expect([cluster.object(deploy('web')), cluster.object(cm('old'))]).toEqual([undefined, undefined]);
    return { killed };
  } finally {
    await agent.stop();
    await cluster.stop();
  }
}

describe('the agent, killed while it takes an object over or makes one anew', () => {
  it.each(PLACES.flatMap((place) => [1, 2, 3].map((nth) => [place, nth] as const)))('%s, time %i', async (place, nth) => {
    const { killed } = await story(place, nth);
    if (nth === 1) expect(killed).toBe(true);
  });
});
