import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '#domain';
import { BROKEN_TAG, FAILING_TAG, seededRandom, until } from '#testing';
import { AGENT_FAILPOINTS } from '../../../apps/agent/test/failpoints.js';
import { hookJob, job } from '../../../apps/agent/test/hook-objects.js';
import { cm, configMap, type TestAgent } from '../../../apps/agent/test/test-agent.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';
import { JobWitness } from './job-witness.js';

jest.setTimeout(120_000);

class Killed extends Error {}

/** How often an agent is killed at a moment drawn by lot. */
const LOTS = 20;
const SEED = 20_261_126;
const FAILING = `example.com/migrate:${FAILING_TAG}`;

const release = (image?: string): readonly KubeObject[] => [
  hookJob('migrate', { 'argocd.argoproj.io/hook': 'PreSync' }, image),
  configMap('settings', { a: '1' }),
  hookJob('notify', { 'capstan.dev/hook': 'after', 'capstan.dev/hook-delete': 'succeeded' }),
  hookJob('alarm', { 'capstan.dev/hook': 'on-failure' }),
];

/** Jobs of the real Job controller; what was created is what the API server stored, by UID. */
describeWithKubernetes('hooks run once', () => {
  let stage: AgentStage;
  let witness: JobWitness;
  beforeAll(async () => {
    stage = await AgentStage.start({ namespaces: [] });
    witness = await JobWitness.begin(stage.cluster.client);
  }, 180_000);
  afterAll(async () => {
    await witness.end();
    await stage.stop();
  }, 60_000);

  const order = (application: string, objects: readonly KubeObject[], release: string): Promise<bigint> => stage.order(application, objects, { release, namespace: application });
  const isSynced = (agent: TestAgent, application: string, version: bigint): true | undefined => {
    const last = agent.last(application);
    return last?.generation === version && last.sync === 'SYNCED' ? true : undefined;
  };
  const creates = (application: string): readonly string[] => stage.writesIn(application).filter((write) => write.startsWith('create jobs'));

  it.each(AGENT_FAILPOINTS.filter((name) => name.startsWith('agent.hooks.') && name !== 'agent.hooks.after-ground'))('over a process that was killed at %s', async (failpoint) => {
    const application = `at-${failpoint.slice('agent.hooks.'.length)}`;
    let isKilled = false;
    const hit = (name: string): void => {
      if (isKilled) throw new Killed(name);
      if (name !== failpoint) return;
      isKilled = true;
      stage.agent.kill();
      throw new Killed(name);
    };
    await stage.startAgent({ failpoints: { hit } });
    const version = await order(application, release(), application);
    await until('the kill', 60_000, () => isKilled || undefined);
    await stage.startAgent();
    await until('the release', 60_000, () => isSynced(stage.agent, application, version));
    expect(await witness.created(application, 'notify')).toEqual(['migrate', 'notify']);
    expect(await stage.find(job('notify', application))).toBeUndefined();
  });

  it(`over ${LOTS} processes that were killed at any moment`, async () => {
    const random = seededRandom(SEED);
    const version = await order('lots', release(), 'lots');
    for (let lot = 0; lot < LOTS; lot += 1) {
      await new Promise((resolve) => setTimeout(resolve, random.next() * 250));
      await stage.startAgent();
    }
    await until('the release', 60_000, () => isSynced(stage.agent, 'lots', version));
    expect(await witness.created('lots', 'notify')).toEqual(['migrate', 'notify']);
  });

  it('and when one fails before the objects, nothing else is written, and it does not run again until somebody asks', async () => {
    await stage.said('failing', { generation: await order('failing', [configMap('settings', { a: '0' })], 'failing-0'), sync: 'SYNCED' });
    stage.mark();
    const version = await order('failing', release(FAILING), 'failing-1');
    const { message } = await stage.said('failing', { generation: version, sync: 'KEPT_LAST_GOOD', reason: 'HOOK_FAILED' });
    expect(message).toContain('the before hook Job.batch failing/migrate: ');
    await until('the hook for failures has run', 60_000, async () => (await stage.find(job('alarm', 'failing')))?.['status'] !== undefined || undefined);
    await stage.startAgent();
    await stage.said('failing', { generation: version, sync: 'KEPT_LAST_GOOD', reason: 'HOOK_FAILED' });
    expect(stage.writesIn('failing')).toEqual(['create jobs migrate', 'create jobs alarm']);
    expect((await stage.find(cm('settings', 'failing')))?.['data']).toEqual({ a: '0' });

    await stage.said('failing', { generation: await order('failing', release(), 'failing-2'), sync: 'SYNCED' });
    expect(creates('failing')).toEqual(['create jobs migrate', 'create jobs alarm', 'create jobs migrate', 'create jobs notify']);
  });

  it('and one that never ends is said while it runs, holds up nothing else, and at its deadline ends the release alone', async () => {
    await stage.said('endless', { generation: await order('endless', [configMap('settings', { a: '0' })], 'endless-0'), sync: 'SYNCED' });
    stage.mark();
    const endless = hookJob('migrate', { 'capstan.dev/hook': 'before', 'capstan.dev/hook-deadline': '8s' }, `example.com/migrate:${BROKEN_TAG}`);
    const version = await order('endless', [endless, configMap('settings', { a: '1' })], 'endless-1');
    await stage.said('endless', { generation: version, sync: 'APPLYING', reason: 'HOOK_RUNNING' }, 'Job.batch endless/migrate');
    await stage.edit(cm('settings', 'endless'), { data: { a: 'by hand' } });
    await stage.becomes(cm('settings', 'endless'), 'is healed', ({ data }) => JSON.stringify(data) === '{"a":"0"}');
    await stage.said('beside', { generation: await order('beside', [configMap('settings', { a: '1' })], 'beside'), sync: 'SYNCED' });
    const { message } = await stage.said('endless', { generation: version, sync: 'KEPT_LAST_GOOD', reason: 'HOOK_TIMED_OUT' });
    expect(message).toContain('the before hook Job.batch endless/migrate: not done after 8 s; it is left running');
    expect(await stage.find(job('migrate', 'endless'))).toBeDefined();
    expect(stage.deletes()).toEqual([]);
    expect((await stage.find(cm('settings', 'endless')))?.['data']).toEqual({ a: '0' });

    await stage.said('endless', { generation: await order('endless', [hookJob('migrate', { 'capstan.dev/hook': 'before' }), configMap('settings', { a: '2' })], 'endless-2'), sync: 'SYNCED' });
    expect((await stage.find(cm('settings', 'endless')))?.['data']).toEqual({ a: '2' });
  });

  it('and leave nothing behind when their application goes', async () => {
    await stage.said('gone', { generation: await order('gone', release(), 'gone'), sync: 'SYNCED' });
    await stage.removed('gone');
    expect([await stage.find(job('migrate', 'gone')), await stage.find(cm('settings', 'gone'))]).toEqual([undefined, undefined]);
  });
});
