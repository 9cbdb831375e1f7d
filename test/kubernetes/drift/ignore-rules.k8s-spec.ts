import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#kernel';
import { TARGET_LABEL, type IgnoreRule, type KubeObject } from '#domain';
import { until } from '#testing';
import { cm, configMap, deploy } from '../../../apps/agent/test/test-agent.js';
import { at, must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { DriftStage } from './drift-stage.js';

jest.setTimeout(120_000);

const REPLICAS_AND_IMAGE: readonly IgnoreRule[] = [{ kind: 'Deployment', jsonPointers: ['/spec/replicas', '/spec/template/spec/containers/name=app/image'] }];

function web(name: string, replicas: number, image: string, mode: string): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image, env: [{ name: 'MODE', value: mode }] }] } } },
  };
}
const container = (live: KubeObject): Json | undefined => at(live, 'spec', 'template', 'spec', 'containers', '0');
const imageOf = (live: KubeObject): Json | undefined => at(container(live) ?? null, 'image');
const modeOf = (live: KubeObject): Json | undefined => at(container(live) ?? null, 'env', '0', 'value');
const replicasOf = (live: KubeObject): Json | undefined => at(live, 'spec', 'replicas');
const patchContainer = (fields: object): object => ({ spec: { template: { spec: { containers: [{ name: 'app', ...fields }] } } } });

describeWithKubernetes('ignore rules', () => {
  describe('ignore rules on a real API server', () => {
    let stage: DriftStage;
    beforeAll(async () => {
      stage = await DriftStage.start();
    }, 180_000);
    afterAll(() => stage.stop(), 60_000);

    it('neither report nor heal a covered field, and leave it as it is while the rest of its object is healed', async () => {
      await stage.synced('fields', [web('fields', 2, 'web:1', 'on')], { ignore: REPLICAS_AND_IMAGE });
      stage.mark();
      await stage.edit(deploy('fields'), { spec: { replicas: 4 } });
      await stage.edit(deploy('fields'), patchContainer({ image: 'web:theirs', env: [{ name: 'MODE', value: 'on' }] }));
      await stage.settled('fields');
      expect(stage.writes()).toEqual([]);
      expect(stage.agent.reports.filter(({ drifted }) => drifted.some(({ ref }) => ref.kind === 'Deployment'))).toEqual([]);

      await stage.edit(deploy('fields'), patchContainer({ image: 'web:theirs', env: [{ name: 'MODE', value: 'off' }] }));
      const live = await stage.becomes(deploy('fields'), 'the variable is healed', (one) => modeOf(one) === 'on');
      expect([replicasOf(live), imageOf(live)]).toEqual([4, 'web:theirs']);
      await stage.wrote('patch deployments shop/fields');
      await stage.settled('fields');
      expect(stage.writes()).toHaveLength(1);
    });

    it('hold through a new release: what Git says of a covered field counts only where the object is created', async () => {
      await stage.synced('releases', [web('releases', 3, 'web:1', 'a')], { ignore: REPLICAS_AND_IMAGE });
      // Nobody but us has the field: to leave it out of an apply would make it one.
      await stage.synced('releases', [web('releases', 5, 'web:2', 'b')], { ignore: REPLICAS_AND_IMAGE });
      let live = await stage.live(deploy('releases'));
      expect([replicasOf(live), imageOf(live), modeOf(live)]).toEqual([3, 'web:1', 'b']);

      await stage.edit(deploy('releases'), { spec: { replicas: 7 } }, 'a-controller');
      await stage.synced('releases', [web('releases', 5, 'web:3', 'c')], { ignore: REPLICAS_AND_IMAGE });
      live = await stage.live(deploy('releases'));
      expect([replicasOf(live), imageOf(live), modeOf(live)]).toEqual([7, 'web:1', 'c']);

      must(await stage.admin.delete(must(await stage.admin.resolve('apps', 'Deployment')), 'shop', 'releases', { uid: live.metadata.uid ?? '' }));
      await until('it is created anew', 60_000, async () => (await stage.admin.get(must(await stage.admin.resolve('apps', 'Deployment')), 'shop', 'releases')).ok || undefined);
      live = await stage.live(deploy('releases'));
      expect([replicasOf(live), imageOf(live)]).toEqual([5, 'web:3']);
    });

    it('let the live value be healed once they are withdrawn', async () => {
      await stage.synced('withdrawn', [web('withdrawn', 2, 'web:1', 'on')], { ignore: REPLICAS_AND_IMAGE });
      await stage.edit(deploy('withdrawn'), { spec: { replicas: 4 } });
      await stage.settled('withdrawn');
      await stage.synced('withdrawn', [web('withdrawn', 2, 'web:1', 'on')]);
      await stage.becomes(deploy('withdrawn'), 'Git\'s replicas', (one) => replicasOf(one) === 2);
    });

    it('by field manager leave what that manager holds, and nothing that another took', async () => {
      await stage.synced('managers', [configMap('managers', { theirs: '1', ours: '1' })], { ignore: [{ managers: ['a-controller'] }] });
      await stage.edit(cm('managers'), { data: { theirs: '2' } }, 'a-controller');
      stage.mark();
      await stage.settled('managers');
      expect(stage.writes()).toEqual([]);
      await stage.edit(cm('managers'), { data: { ours: '2' } }, 'kubectl-edit');
      const live = await stage.becomes(cm('managers'), 'our field is healed', (one) => at(one, 'data', 'ours') === '1');
      expect(live['data']).toEqual({ theirs: '2', ours: '1' });
      await stage.synced('managers', [configMap('managers', { theirs: '3', ours: '3' })], { ignore: [{ managers: ['a-controller'] }] });
      expect((await stage.live(cm('managers')))['data']).toEqual({ theirs: '2', ours: '3' });
    });

    it('make no conflict of a covered field that somebody else has, also where we never applied the object', async () => {
      must(await stage.admin.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign', namespace: 'shop' }, data: { theirs: 'live' } }, { fieldManager: 'terraform' }));
      await stage.synced('foreign', [configMap('foreign', { theirs: 'git', ours: 'git' })], { ignore: [{ kind: 'ConfigMap', name: 'foreign', jsonPointers: ['/data/theirs'] }] });
      expect((await stage.live(cm('foreign')))['data']).toEqual({ theirs: 'live', ours: 'git' });
    });

    it('about a whole object leave all of it but our marks; when it is gone, it is created', async () => {
      const ignore: readonly IgnoreRule[] = [{ kind: 'ConfigMap', name: 'whole' }];
      await stage.synced('whole', [configMap('whole', { a: '1', b: '1' }), configMap('beside', { a: '1' })], { ignore });
      stage.mark();
      await stage.edit(cm('whole'), { data: { a: '2', b: null, c: '3' } });
      await stage.settled('whole');
      expect(stage.writes()).toEqual([]);
      await stage.synced('whole', [configMap('whole', { a: '9', b: '9' }), configMap('beside', { a: '9' })], { ignore });
      expect((await stage.live(cm('whole')))['data']).toEqual({ a: '2', c: '3' });
      await stage.edit(cm('whole'), { metadata: { labels: { [TARGET_LABEL]: null } } });
      await stage.becomes(cm('whole'), 'our label is back', (one) => one.metadata.labels?.[TARGET_LABEL] !== undefined);
      const { metadata } = await stage.live(cm('whole'));
      must(await stage.admin.delete(must(await stage.admin.resolve('', 'ConfigMap')), 'shop', 'whole', { uid: metadata.uid ?? '' }));
      await until('it is created anew', 60_000, async () => (await stage.admin.get(must(await stage.admin.resolve('', 'ConfigMap')), 'shop', 'whole')).ok || undefined);
      expect((await stage.live(cm('whole')))['data']).toEqual({ a: '9', b: '9' });
    });

    it('hold only where their condition is true of the live object', async () => {
      const when = 'object.metadata.annotations["example.com/paused"] == "true"';
      const ignore: readonly IgnoreRule[] = [{ kind: 'ConfigMap', jsonPointers: ['/data/a'], when: `has(object.metadata.annotations) && "example.com/paused" in object.metadata.annotations && ${when}` }];
      await stage.synced('paused', [configMap('paused', { a: '1' })], { ignore });
      await stage.edit(cm('paused'), { data: { a: '2' } });
      await stage.becomes(cm('paused'), 'healed', (one) => at(one, 'data', 'a') === '1');
      await stage.edit(cm('paused'), { metadata: { annotations: { 'example.com/paused': 'true' } }, data: { a: '3' } });
      await stage.settled('paused');
      expect(at(await stage.live(cm('paused')), 'data', 'a')).toBe('3');
      await stage.synced('paused', [configMap('paused', { a: '4' })], { ignore });
      expect(at(await stage.live(cm('paused')), 'data', 'a')).toBe('3');
      await stage.edit(cm('paused'), { metadata: { annotations: { 'example.com/paused': 'false' } } });
      await stage.becomes(cm('paused'), 'healed', (one) => at(one, 'data', 'a') === '4');
    });

    it('do not hold where their condition fails, and the target says so', async () => {
      await stage.synced('broken', [configMap('broken', { a: '1' })], { ignore: [{ kind: 'ConfigMap', name: 'broken', jsonPointers: ['/data/a'], when: 'object.data.nothing == "x"' }] });
      await stage.edit(cm('broken'), { data: { a: '2' } });
      await stage.becomes(cm('broken'), 'healed', (one) => at(one, 'data', 'a') === '1');
      const { message } = await stage.said('broken', { generation: stage.agent.last('broken')?.generation ?? 0n, sync: 'SYNCED' });
      expect(message).toContain('sync.ignore: "object.data.nothing == \\"x\\"" does not hold for ConfigMap shop/broken: No such key: nothing');
    });

    it('are about the objects that they name, and no others', async () => {
      await stage.synced('named', [configMap('named', { a: '1' }), configMap('other', { a: '1' })], { ignore: [{ kind: 'ConfigMap', name: 'named', jsonPointers: ['/data/*'] }] });
      await stage.edit(cm('named'), { data: { a: '2' } });
      await stage.edit(cm('other'), { data: { a: '2' } });
      await stage.becomes(cm('other'), 'healed', (one) => at(one, 'data', 'a') === '1');
      await stage.settled('named');
      expect(at(await stage.live(cm('named')), 'data', 'a')).toBe('2');
    });

    it('never put back a value that changed between the look and the write', async () => {
      const ignore: readonly IgnoreRule[] = [{ kind: 'ConfigMap', name: 'busy', jsonPointers: ['/data/counter'] }];
      await stage.synced('busy', [configMap('busy', { counter: '0', ours: '1' })], { ignore });
      let counted = 0;
      for (let turn = 0; turn < 8; turn += 1) {
        await stage.edit(cm('busy'), { data: { ours: `not-${turn}` } });
        const end = Date.now() + 100;
        while (Date.now() < end) {
          const before = at(await stage.live(cm('busy')), 'data', 'counter');
          expect(before).toBe(String(counted));
          counted += 1;
          await stage.edit(cm('busy'), { data: { counter: String(counted) } }, 'a-counter');
        }
      }
      await stage.becomes(cm('busy'), 'our field is healed', (one) => at(one, 'data', 'ours') === '1');
      expect(at(await stage.live(cm('busy')), 'data', 'counter')).toBe(String(counted));
    });
  });
});
