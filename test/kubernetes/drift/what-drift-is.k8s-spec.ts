import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWNER_ANNOTATION, TARGET_LABEL, type KubeObject, type ObjectRef } from '#domain';
import { until } from '#testing';
import { cm, configMap, deploy } from '../../../apps/agent/test/test-agent.js';
import { at, must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { DriftStage } from './drift-stage.js';

jest.setTimeout(120_000);

const secret = (name: string): ObjectRef => ({ group: '', kind: 'Secret', namespace: 'shop', name });

function web(name: string, mode: string): KubeObject {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'web:1', env: [{ name: 'MODE', value: mode }, { name: 'SIZE', value: 'm' }] }];
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } } };
}

describeWithKubernetes('what drift is', () => {
  describe('what is drift, and what is done about it', () => {
    let stage: DriftStage;
    beforeAll(async () => {
      stage = await DriftStage.start();
    }, 180_000);
    afterAll(() => stage.stop(), 60_000);

    it('an object that is deleted is created again, however often', async () => {
      await stage.synced('deleted', [configMap('deleted', { a: '1' })]);
      const resource = must(await stage.admin.resolve('', 'ConfigMap'));
      for (let turn = 1; turn <= 5; turn += 1) {
        const { uid = '' } = (await stage.live(cm('deleted'))).metadata;
        must(await stage.admin.delete(resource, 'shop', 'deleted', { uid }));
        await until('it is created anew', 60_000, async () => {
          const found = await stage.admin.get(resource, 'shop', 'deleted');
          return found.ok && found.value.metadata.uid !== uid ? true : undefined;
        });
      }
      const report = await stage.said('deleted', { generation: stage.agent.last('deleted')?.generation ?? 0n, sync: 'SYNCED', healedCount: 5 });
      expect(report.drifted).toMatchObject([{ ref: cm('deleted'), kind: 'DELETED' }]);
    });

    it('a field that left Git leaves the cluster, and is nobody\'s business when somebody brings it back', async () => {
      await stage.synced('left', [configMap('left', { a: '1', b: '1' })]);
      await stage.synced('left', [configMap('left', { a: '1' })]);
      expect((await stage.live(cm('left')))['data']).toEqual({ a: '1' });
      stage.mark();
      await stage.edit(cm('left'), { data: { b: 'theirs' } });
      await stage.settled('left');
      expect(stage.writes()).toEqual([]);
      expect((await stage.live(cm('left')))['data']).toEqual({ a: '1', b: 'theirs' });
    });

    it('a second item under the name of ours is taken away', async () => {
      await stage.synced('doubled', [web('doubled', 'git')]);
      const live = await stage.live(deploy('doubled'));
      const doubled = [{ name: 'MODE', value: 'git' }, { name: 'SIZE', value: 'm' }, { name: 'MODE', value: 'theirs' }];
      await stage.edit(deploy('doubled'), { spec: { template: { spec: { containers: [{ ...Object(at(live, 'spec', 'template', 'spec', 'containers', 0)), env: doubled }] } } } });
      await stage.becomes(deploy('doubled'), 'healed', (one) => JSON.stringify(at(one, 'spec', 'template', 'spec', 'containers', 0, 'env')) === JSON.stringify(doubled.slice(0, 2)));
      const report = await stage.said('doubled', { generation: stage.agent.last('doubled')?.generation ?? 0n, sync: 'SYNCED', healedCount: 1 });
      expect(report.drifted).toMatchObject([{ managers: ['kubectl-edit'], fields: ['spec.template.spec.containers[name=app].env[name=MODE]'] }]);
      await stage.settled('doubled');
    });

    it.each([['annotations', OWNER_ANNOTATION], ['labels', TARGET_LABEL]] as const)('our mark among the %s is put back', async (member, mark) => {
      const name = `marks-${member}`;
      await stage.synced(name, [configMap(name, { a: '1' })]);
      const before = at((await stage.live(cm(name))).metadata, member, mark);
      await stage.edit(cm(name), { metadata: { [member]: { [mark]: null } } });
      await stage.becomes(cm(name), 'the mark is back', (one) => at(one.metadata, member, mark) === before);
    });

    it('values of a Secret are told to nobody, before and after it is healed', async () => {
      await stage.synced('secret', [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'secret' }, stringData: { password: 'canary-git' } }]);
      await stage.edit(secret('secret'), { data: { password: Buffer.from('canary-theirs').toString('base64') } });
      await stage.becomes(secret('secret'), 'healed', (one) => at(one, 'data', 'password') === Buffer.from('canary-git').toString('base64'));
      const report = await stage.said('secret', { generation: stage.agent.last('secret')?.generation ?? 0n, sync: 'SYNCED', healedCount: 1 });
      expect(report.drifted).toMatchObject([{ fields: ['data.password'], changes: [{ isMasked: true, expected: '"********"', live: '"********"' }] }]);
      const said = JSON.stringify(stage.agent.reports, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
      for (const value of ['canary-git', 'canary-theirs']) for (const text of [value, Buffer.from(value).toString('base64')]) expect(said).not.toContain(text);
    });
  });
});
