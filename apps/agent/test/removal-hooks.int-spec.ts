import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hookJob, job } from './hook-objects.js';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

describe('hooks of a removal', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let source: TestSource;
  beforeEach(async () => {
    cluster = await TestCluster.start();
    source = new TestSource();
    agent = await TestAgent.start(cluster, source);
  });
  afterEach(async () => {
    await agent.stop();
    await cluster.stop();
  });
  const applied = async (image: string): Promise<void> => {
    source.put('one', [
      configMap('settings', { a: '1' }),
      hookJob('farewell', { 'helm.sh/hook': 'pre-delete', 'capstan.dev/hook-deadline': '1s' }, image),
      hookJob('gone', { 'argocd.argoproj.io/hook': 'PostDelete' }),
    ]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', reason: 'SYNCED' });
    cluster.audit.mark();
  };

  it('run before and after the objects go, without Git, and go themselves', async () => {
    await applied('example.com/farewell:1');
    source.isDown = true;
    await agent.accept(aTombstone({ generation: 2, mode: 'DELETE' }));
    await agent.reported({ generation: 2n, sync: 'REMOVED' });
    expect(cluster.writes()).toEqual(['create jobs shop/farewell', 'delete configmaps shop/settings', 'delete jobs shop/farewell', 'create jobs shop/gone', 'delete jobs shop/gone']);
  });

  it('do not run when the objects stay', async () => {
    await applied('example.com/farewell:1');
    await agent.accept(aTombstone({ generation: 2, mode: 'ORPHAN' }));
    await agent.reported({ generation: 2n, sync: 'REMOVED' });
    expect(cluster.writes()).toEqual(['patch configmaps shop/settings']);
  });

  it('that fail hold the removal, say so, and run again once their object was deleted by hand', async () => {
    await applied('example.com/farewell:broken');
    await agent.accept(aTombstone({ generation: 2, mode: 'DELETE' }));
    const { message } = await agent.reported({ generation: 2n, sync: 'REMOVING', reason: 'HOOK_TIMED_OUT' });
    expect(message).toContain('the before-removal hook Job.batch shop/farewell: not done after 1 s');
    expect(cluster.object(cm('settings'))).toBeDefined();
    await cluster.remove(job('farewell'));
    await agent.reported({ generation: 2n, sync: 'REMOVING', reason: 'HOOK_RUNNING' });
    expect(cluster.writes().filter((write) => write.startsWith('create jobs'))).toHaveLength(2);
    await agent.accept(aTombstone({ generation: 3, mode: 'ORPHAN' }));
    await agent.reported({ generation: 3n, sync: 'REMOVED' });
    expect(cluster.object(cm('settings'))).toBeDefined();
  });
});
