import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { targetId, textOf, type KubeObject, type TestRun } from '#domain';
import { until } from '#testing';
import { randomUUID } from 'node:crypto';
import { configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment, idOf } from './test-orders.js';

jest.setTimeout(120_000);

const TEST = { 'helm.sh/hook': 'test' };
const PASSWORD = 'correct-horse-battery';
const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { password: PASSWORD } };
const pod = (name: string, containers: readonly string[], restartPolicy = 'Never'): KubeObject => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations: TEST }, spec: { restartPolicy, containers: containers.map((container) => ({ name: container, image: 'example.com/probe:1' })) },
});

/** On the sandbox, whose pods have logs. What real controllers make of tests is seen in test/kubernetes/rendering. */
describe('the tests of a release', () => {
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

  const target = targetId(idOf('target', 'shop'));
  const ask = (start?: string): ReturnType<typeof agent.core.requests.tests> => agent.core.requests.tests({ target, start }, AbortSignal.timeout(5_000));
  const released = async (...objects: readonly KubeObject[]): Promise<void> => {
    source.put('one', [configMap('settings', { a: '1' }), ...objects]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED' });
  };
  const ended = (): Promise<TestRun> => until('the end of the run', 20_000, async () => {
    const run = unwrap(await ask());
    return run.state === 'RUNNING' ? undefined : run;
  });

  it('tell what each container said, without the values of the Secrets of the release', async () => {
    await released(secret, pod('answers', ['probe', 'proxy'], 'Always'));
    await ask(randomUUID());
    await until('the pod runs', 10_000, () => Promise.resolve(textOf(cluster.object({ group: '', kind: 'Pod', namespace: 'shop', name: 'answers' }), 'status', 'phase') === 'Running' ? true : undefined));
    cluster.sandbox.writeLog('shop', 'answers', 'probe', `login with ${PASSWORD} and ${Buffer.from(PASSWORD).toString('base64')} refused`);
    cluster.sandbox.writeLog('shop', 'answers', 'proxy', 'ready');
    source.put('two', [configMap('settings', { a: '2' })]);
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    const run = await ended();
    expect(run).toMatchObject({ state: 'FAILED', message: expect.stringContaining('another release was assigned'), tests: [{ state: 'FAILED' }] });
    const [test] = run.tests;
    expect(test?.log).toMatch(/^--- answers probe\n[^]*login with \*{8} and \*{8} refused\n--- answers proxy\n[^]*ready\n$/);
  });

  it('are refused while the release that is assigned is not applied', async () => {
    await released(pod('answers', ['probe']));
    source.fail('two', 'HELM_FAILED', false);
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD' });
    expect(await ask(randomUUID())).toMatchObject({ ok: false, error: { code: 'REFUSED', message: expect.stringContaining('is not applied') } });
  });
});
