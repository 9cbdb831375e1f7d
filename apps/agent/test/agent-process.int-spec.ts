import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hubId } from '#domain';
import { until } from '#testing';
import { IdentitySecret } from '../src/state/index.js';
import { AgentBundle, type AgentProcess } from './agent-process.js';
import { SIGNAL, StateOfProcess } from './state-fixture.js';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { AGENT_NAMESPACE, TestCluster } from './test-cluster.js';
import { anAssignment, CLUSTER, HUB, idOf, SIGNING_KEY } from './test-orders.js';

jest.setTimeout(120_000);

const CA_HASH = `sha256:${'a'.repeat(64)}`;
const lease = { group: 'coordination.k8s.io', kind: 'Lease', namespace: AGENT_NAMESPACE, name: 'capstan-agent' };

/** Nobody listens on the hub's ports, and Git is not there either. */
describe('the agent as a process, without hub and Git', () => {
  let bundle: AgentBundle;
  let cluster: TestCluster;
  let directory: string;
  let environment: Readonly<Record<string, string>>;
  const running: AgentProcess[] = [];

  beforeAll(async () => {
    bundle = await AgentBundle.build();
  });
  afterAll(() => bundle.remove());
  beforeEach(async () => {
    cluster = await TestCluster.start();
    directory = await mkdtemp(join(tmpdir(), 'capstan-process-'));
    const kubeconfig = join(directory, 'kubeconfig');
    await cluster.sandbox.writeKubeconfig(kubeconfig, cluster.sandbox.tokenFor(AGENT_NAMESPACE, 'capstan-agent'));
    environment = { KUBECONFIG: kubeconfig, CAPSTAN_HUB: 'localhost:1:2', CAPSTAN_HUB_CA_HASH: CA_HASH, CAPSTAN_DATA_DIR: join(directory, 'cache'), CAPSTAN_LEASE_DURATION: '3s' };
  });
  afterEach(async () => {
    for (const agent of running.splice(0)) await agent.stop('SIGKILL');
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function start(more: Readonly<Record<string, string>> = {}): AgentProcess {
    const agent = bundle.start({ ...environment, ...more });
    running.push(agent);
    return agent;
  }

  /** What an agent leaves behind that was enrolled, has applied an application, and is gone. */
  async function leaveState(hub = HUB): Promise<void> {
    const source = new TestSource();
    source.put('r1', [configMap('settings', { colour: 'blue' }), deployment('web', 'web:1')]);
    const agent = await TestAgent.start(cluster, source);
    await agent.accept(anAssignment({ generation: 1, release: 'r1' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    await agent.stop();
    const expiry = { notBefore: new Date('2026-11-01T00:00:00Z'), notAfter: new Date('2036-11-01T00:00:00Z') };
    const identity = { hub, cluster: CLUSTER, clusterName: 'eu-1', epoch: 1n, privateKeyPem: 'canary-private-key', certificateChainPem: 'chain', caPem: 'ca', ...expiry, signingKeys: [SIGNING_KEY] };
    await new IdentitySecret(new StateOfProcess(cluster, 1).secrets).save(identity, SIGNAL);
  }

  it('starts cold from what is stored in the cluster and heals, then ends in good order', async () => {
    await leaveState();
    await cluster.remove(cm('settings'));
    const agent = start();
    await until('the deleted object is back', 20_000, () => (cluster.object(cm('settings')) === undefined ? undefined : true), () => agent.output);
    await cluster.edit(deploy('web'), { spec: { replicas: 7 } });
    await until('the change is taken back', 20_000, () => (Reflect.get(Object(cluster.object(deploy('web'))?.['spec']), 'replicas') === 1 ? true : undefined), () => agent.output);
    expect(cluster.deletes()).toEqual([]);
    expect(agent.output).not.toContain('canary-private-key');
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(cluster.object(lease)?.['spec']).toMatchObject({ holderIdentity: '' });
  });

  it('killed in the middle of healing, is followed by one that finishes, under a higher lease epoch', async () => {
    await leaveState();
    await cluster.remove(cm('settings'));
    const first = start({ CAPSTAN_FAILPOINT: 'agent.heal.after-intent', CAPSTAN_ENABLE_FAILPOINTS: '1' });
    expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(cluster.object(cm('settings'))).toBeUndefined();
    const second = start();
    await until('the deleted object is back', 30_000, () => (cluster.object(cm('settings')) === undefined ? undefined : true), () => second.output);
    expect(cluster.object(lease)?.['spec']).toMatchObject({ leaseTransitions: 3 });
  });

  it('does not stop for a failpoint that is not enabled', async () => {
    await leaveState();
    const agent = start({ CAPSTAN_FAILPOINT: 'agent.heal.after-intent' });
    await cluster.remove(cm('settings'));
    await until('the deleted object is back', 20_000, () => (cluster.object(cm('settings')) === undefined ? undefined : true), () => agent.output);
  });

  it('lets a second one stand by and write nothing, until the first leaves', async () => {
    await leaveState();
    const first = start();
    await first.says('works on what is stored');
    const second = start({ CAPSTAN_DATA_DIR: join(directory, 'cache-2') });
    await second.says('waiting for the lease');
    await first.stop();
    await second.says('works on what is stored');
  });

  it('that stood still while another one took over writes nothing when it wakes up, and stands by', async () => {
    await leaveState();
    const first = start();
    await first.says('works on what is stored');
    first.pause();
    const second = start({ CAPSTAN_DATA_DIR: join(directory, 'cache-2') });
    await second.says('works on what is stored');
    await cluster.remove(cm('settings'));
    await until('the second one heals', 20_000, () => (cluster.object(cm('settings')) === undefined ? undefined : true), () => second.output);
    const writes = cluster.writes().length;
    first.resume();
    await first.says('the lease of this cluster is lost');
    await first.says('waiting for the lease');
    expect(cluster.writes()).toHaveLength(writes);
    expect(cluster.object(lease)?.['spec']).toMatchObject({ leaseTransitions: 3 });
  });

  it('refuses a cluster whose inventory belongs to another hub, says so, and leaves everything as it is', async () => {
    await leaveState(hubId(idOf('hub', 'other')));
    const before = cluster.writes().length;
    const agent = start();
    expect(await agent.ended).toEqual({ code: 1, signal: null });
    expect(agent.output).toContain('OTHER_HUB');
    expect(cluster.writes()).toHaveLength(before);
  });

  it('without an identity and without a token says what to do, and applies nothing', async () => {
    const agent = start();
    await agent.says('capstan cluster join');
    expect(cluster.writes()).toEqual([]);
    expect((await agent.stop()).code).toBe(0);
  });

  it.each([
    ['CAPSTAN_HUB', 'a:b:c'],
    ['CAPSTAN_LEASE_DURATION', 'soon'],
    ['KUBECONFIG', '/nowhere/kubeconfig'],
  ])('ends at once with exit code 2 and names a bad %s', async (name, value) => {
    const agent = start({ [name]: value });
    expect(await agent.ended).toEqual({ code: 2, signal: null });
    expect(agent.output).toContain(`capstan agent: ${name}: `);
  });
});
