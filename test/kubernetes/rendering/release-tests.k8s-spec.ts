import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { targetId, type KubeObject, type ObjectRef, type TestRun } from '#domain';
import { FAILING_TAG, until, BROKEN_TAG } from '#testing';
import type { TestsQuestion } from '#wire';
import { randomUUID } from 'node:crypto';
import { hookJob, job } from '../../../apps/agent/test/hook-objects.js';
import { cm, configMap } from '../../../apps/agent/test/test-agent.js';
import { idOf } from '../../../apps/agent/test/test-orders.js';
import { AgentStage } from '../stage/agent-stage.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';

jest.setTimeout(120_000);

const TEST = { 'helm.sh/hook': 'test' };
const pod = (name: string, image: string, annotations: Readonly<Record<string, string>> = TEST): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations }, spec: { restartPolicy: 'Never', containers: [{ name: 'probe', image }] } });
const podRef = (name: string, namespace: string): ObjectRef => ({ group: '', kind: 'Pod', namespace, name });

/** Pods and Jobs of real controllers; the audit log of the API server is the witness. */
describeWithKubernetes('tests of a release', () => {
  let stage: AgentStage;
  beforeAll(async () => {
    stage = await AgentStage.start({ namespaces: [] });
  }, 180_000);
  afterAll(async () => stage.stop(), 60_000);

  const released = async (application: string, ...objects: readonly KubeObject[]): Promise<void> => {
    await stage.synced(application, objects, { namespace: application });
    stage.mark();
  };
  const ask = (application: string, start?: string): ReturnType<typeof stage.agent.core.requests.tests> => {
    const question: TestsQuestion = { target: targetId(idOf('target', application)), start };
    return stage.agent.core.requests.tests(question, AbortSignal.timeout(10_000));
  };
  const ended = async (application: string): Promise<TestRun> =>
    until('the end of the run', 60_000, async () => {
      const run = await ask(application);
      return run.ok && run.value.state !== 'RUNNING' ? run.value : undefined;
    });

  it('are applied by no release, run once when asked for, and are gone afterwards', async () => {
    await released('good', configMap('settings', { a: '1' }), pod('second', 'example.com/probe:1', { ...TEST, 'helm.sh/hook-weight': '2' }), hookJob('first', TEST));
    expect([await stage.find(podRef('second', 'good')), await stage.find(job('first', 'good'))]).toEqual([undefined, undefined]);
    const id = randomUUID();
    expect(await ask('good', id)).toMatchObject({ ok: true, value: { id, state: 'RUNNING' } });
    expect(await ask('good', randomUUID())).toMatchObject({ ok: false, error: { code: 'REFUSED' } });
    expect(await ended('good')).toMatchObject({ id, state: 'SUCCEEDED', message: '', tests: [{ ref: job('first', 'good'), state: 'SUCCEEDED' }, { ref: podRef('second', 'good'), state: 'SUCCEEDED' }] });
    await stage.wrote('create jobs good/first', 'create pods good/second', 'delete pods good/second', 'delete jobs good/first');
    expect((await stage.find(cm('settings', 'good')))?.['data']).toEqual({ a: '1' });
  });

  it('end with the first that fails, or that is not done at its deadline', async () => {
    await released('bad', configMap('settings', { a: '1' }), pod('a', `example.com/probe:${FAILING_TAG}`), pod('b', 'example.com/probe:1', { ...TEST, 'helm.sh/hook-weight': '1' }));
    await ask('bad', randomUUID());
    expect(await ended('bad')).toMatchObject({ state: 'FAILED', tests: [{ state: 'FAILED', message: 'it was meant to fail' }, { state: 'WAITING' }], message: expect.stringContaining('were not run') });
    await released('slow', configMap('settings', { a: '1' }), pod('stuck', `example.com/probe:${BROKEN_TAG}`, { ...TEST, 'capstan.dev/hook-deadline': '2s' }));
    await ask('slow', randomUUID());
    expect(await ended('slow')).toMatchObject({ state: 'FAILED', tests: [{ state: 'FAILED', message: expect.stringContaining('not done after 2 s') }] });
    for (const [name, namespace] of [['a', 'bad'], ['stuck', 'slow']] as const) expect(await stage.find(podRef(name, namespace))).toBeUndefined();
  });

  it('leave what is not theirs, and say so', async () => {
    await released('taken', configMap('settings', { a: '1' }), pod('theirs', 'example.com/probe:1'));
    const foreign = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'theirs', namespace: 'taken' }, spec: { containers: [{ name: 'web', image: 'example.com/web:1' }] } };
    const made = await stage.admin.create(foreign, { fieldManager: 'kubectl' });
    expect(made.ok).toBe(true);
    await ask('taken', randomUUID());
    expect(await ended('taken')).toMatchObject({ state: 'FAILED', tests: [{ state: 'FAILED', message: expect.stringContaining('no test of this application') }] });
    expect((await stage.find(podRef('theirs', 'taken')))?.metadata.uid).toBe(made.ok ? made.value.metadata.uid : '');
  });

  it('leave nothing behind when the agent is killed in the middle', async () => {
    await released('killed', configMap('settings', { a: '1' }), pod('stuck', `example.com/probe:${BROKEN_TAG}`));
    await ask('killed', randomUUID());
    await until('the pod of the test', 15_000, () => stage.find(podRef('stuck', 'killed')));
    stage.agent.kill();
    await stage.startAgent();
    await until('the pod is gone', 30_000, async () => ((await stage.find(podRef('stuck', 'killed'))) === undefined ? true : undefined));
    expect(await ask('killed')).toMatchObject({ ok: true, value: { state: 'FAILED', message: expect.stringContaining('started anew') } });
  });

  it('end when another release is assigned, and when the application goes', async () => {
    for (const [application, next, why] of [['moved', [configMap('settings', { a: '2' })], 'another release was assigned'], ['leaves', undefined, 'or is being removed']] as const) {
      await released(application, configMap('settings', { a: '1' }), pod('stuck', `example.com/probe:${BROKEN_TAG}`));
      await ask(application, randomUUID());
      await until('the pod of the test', 15_000, () => stage.find(podRef('stuck', application)));
      await (next === undefined ? stage.remove(application) : stage.order(application, next, { namespace: application }));
      expect(await ended(application)).toMatchObject({ state: 'FAILED', message: expect.stringContaining(why), tests: [{ state: 'FAILED', message: expect.stringContaining('stopped') }] });
      expect(await stage.find(podRef('stuck', application))).toBeUndefined();
    }
  });

  it('are refused when they ask to be kept, or hold data: they leave nothing, and delete no data', async () => {
    const volume: KubeObject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', annotations: TEST }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    await released('holds', configMap('settings', { a: '1' }), volume);
    expect(await ask('holds', randomUUID())).toMatchObject({ ok: false, error: { code: 'REFUSED', message: expect.stringContaining('PersistentVolumeClaim holds/data holds data') } });
    await released('kept', configMap('settings', { a: '1' }), pod('kept', 'example.com/probe:1', { ...TEST, 'helm.sh/resource-policy': 'keep' }));
    expect(await ask('kept', randomUUID())).toMatchObject({ ok: false, error: { code: 'REFUSED', message: 'Pod kept/kept asks to be kept, and tests leave nothing: take the annotation away' } });
  });

  it('are refused where there are none', async () => {
    await released('none', configMap('settings', { a: '1' }));
    expect(await ask('none', randomUUID())).toMatchObject({ ok: false, error: { code: 'REFUSED', message: expect.stringContaining('has no tests') } });
  });
});
