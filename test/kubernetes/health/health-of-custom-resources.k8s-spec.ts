import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { numberOf, objectKey, type HealthRule, type KubeObject, type ObjectRef, type TargetReport } from '#domain';
import { until } from '#testing';
import { must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';
import { customResourceCases, definition, definitionsOf } from './custom-resource-cases.js';

jest.setTimeout(120_000);

const WIDGET: ObjectRef = { group: 'example.com', kind: 'Widget', namespace: 'shop', name: 'w' };
const widget = (name: string): KubeObject => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec: { size: 3 } });
const RULE: HealthRule = {
  group: 'example.com', kind: 'Widget',
  healthy: 'object.status.ready == object.spec.size',
  degraded: 'has(object.status.errors) && object.status.errors.exists(e, e.fatal)',
  suspended: 'object.?spec.?paused.orValue(false)',
  message: '"ready: " + string(object.status.ready) + "/" + string(object.spec.size)',
};
const LIST = `[${'0,'.repeat(200)}0]`;
const LOOP = `${LIST}.all(a, ${LIST}.all(b, ${LIST}.all(c, ${LIST}.all(d, true))))`;
const EXPLODES = `[object.metadata.name]${'.map(x, x + x)'.repeat(24)}[0].contains("q")`;

describeWithKubernetes('health of custom resources', () => {
  describe('health of custom resources on a real API server', () => {
    let stage: AgentStage;
    beforeAll(async () => {
      stage = await AgentStage.start();
    }, 180_000);
    afterAll(() => stage.stop(), 60_000);

    const seen = async ({ target }: TargetReport): Promise<ReadonlyMap<string, { readonly health: string; readonly message: string }>> => {
      const tree = await stage.agent.core.requests.listResources(target, AbortSignal.timeout(20_000));
      if (!tree.ok) throw new Error(tree.error.message);
      return new Map(tree.value.nodes.map(({ ref, health, healthMessage }) => [objectKey(ref), { health, message: healthMessage }]));
    };
    const setStatus = (ref: ObjectRef, status: object): Promise<void> => stage.edit(ref, { status }, 'controller', 'status');

    it('is told from every status that the manifests of the ecosystems show, as soon as a controller writes it', async () => {
      const cases = customResourceCases(new Date());
      for (const one of definitionsOf(cases)) must(await stage.admin.apply(one, { fieldManager: 'kubectl' }));
      const report = await stage.synced('ecosystems', cases.map(({ declared }) => declared));
      for (const { ref, status } of cases) {
        const written = status(numberOf(await stage.live(ref), 'metadata', 'generation') ?? 1);
        if (written !== undefined) await setStatus(ref, written);
      }
      const expected = cases.map(({ file, health, message }) => ({ file, health, ...(message === undefined ? {} : { message }) }));
      const judged = async (): Promise<typeof expected> => {
        const nodes = await seen(report);
        return cases.map(({ file, ref, message }) => ({ file, health: nodes.get(objectKey(ref))?.health ?? 'not in the tree', ...(message === undefined ? {} : { message: nodes.get(objectKey(ref))?.message ?? '' }) }));
      };
      await until('the agent has seen every status', 60_000, async () => (JSON.stringify(await judged()) === JSON.stringify(expected) ? true : undefined)).catch(() => undefined);
      expect(await judged()).toEqual(expected);
      expect(cases.length).toBeGreaterThan(200);
    });

    it('is told by a rule of the application before anything that is built in', async () => {
      must(await stage.admin.apply(definition('example.com', 'Widget', ['v1']), { fieldManager: 'kubectl' }));
      const { generation } = await stage.synced('widgets', [widget('w')], { health: [RULE] });
      // Nothing has written a status: the rule does not guard against that, and says so.
      expect((await stage.said('widgets', { generation, health: 'UNKNOWN' })).healthMessage).toBe('Widget.example.com shop/w: Health rule for Widget.example.com, degraded: No such key: status');
      await setStatus(WIDGET, { ready: 1, conditions: [{ type: 'Ready', status: 'True' }] });
      expect((await stage.said('widgets', { generation, health: 'PROGRESSING' })).healthMessage).toBe('Widget.example.com shop/w: ready: 1/3');
      await setStatus(WIDGET, { errors: [{ fatal: true }] });
      await stage.said('widgets', { generation, health: 'DEGRADED' });
      await setStatus(WIDGET, { ready: 3, errors: null, conditions: [{ type: 'Ready', status: 'False' }] });
      await stage.said('widgets', { generation, health: 'HEALTHY' });
      const without = await stage.synced('widgets', [widget('w')]);
      await stage.said('widgets', { generation: without.generation, health: 'PROGRESSING' });
    });

    it('is UNKNOWN by a rule that loops or explodes, and the applications beside it are told of as fast as ever', async () => {
      const names = Array.from({ length: 20 }, (_, index) => `bad-${index}`);
      const bad = await stage.synced('bad', names.map(widget), { health: [{ ...RULE, degraded: LOOP }] });
      const worse = await stage.synced('worse', names.map((name) => widget(`worse-${name}`)), { health: [{ ...RULE, degraded: EXPLODES }] });
      expect((await stage.said('bad', { generation: bad.generation, health: 'UNKNOWN' })).healthMessage).toMatch(/Health rule for Widget\.example\.com, (degraded: it was stopped after 250 ms|suspended: expressions of this application were stopped 3 times within a minute, the last was: \[0,0,)/);
      expect((await stage.said('worse', { generation: worse.generation, health: 'UNKNOWN' })).healthMessage).toMatch(/Health rule for Widget\.example\.com, (degraded: it (used more memory|was stopped)|suspended: expressions of this application were stopped 3 times within a minute, the last was: \[object\.metadata\.name\])/);
      const good = await stage.synced('good', [widget('good')], { health: [RULE] });
      for (let turn = 0; turn < 3; turn += 1) {
        await setStatus({ ...WIDGET, name: 'good' }, { ready: 3 });
        await stage.said('good', { generation: good.generation, health: 'HEALTHY' });
        await setStatus({ ...WIDGET, name: 'good' }, { ready: turn });
        // Everything that the bad ones have is looked at again meanwhile.
        for (const name of names) await stage.edit({ ...WIDGET, name }, { metadata: { labels: { turn: String(turn) } } });
        await stage.said('good', { generation: good.generation, health: 'PROGRESSING' });
      }
    });
  });
});
