import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#kernel';
import type { KubeObject, ObjectRef } from '#domain';
import { until } from '#testing';
import { cm, configMap, deploy, deployment } from '../../../apps/agent/test/test-agent.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

const service = (name: string, clusterIP: string): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { clusterIP, ports: [{ port: 80 }], selector: { app: name } } });
const job = (name: string, image: string): KubeObject => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image }] } } } });
const sets = (name: string, service: string): KubeObject => ({
  apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name },
  spec: { serviceName: service, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'example.com/db:1' }] } } },
});
const ref = (group: string, kind: string, name: string): ObjectRef => ({ group, kind, namespace: 'shop', name });
const asking = (object: KubeObject, apply: string): KubeObject => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'capstan.dev/apply': apply } } });

/** A Deployment under another selector, which never changes. */
function withSelector(object: KubeObject, app: string): KubeObject {
  const spec: { readonly [name: string]: Json } = JSON.parse(JSON.stringify(object['spec']).replaceAll(/\{"app":"[^"]*"\}/g, JSON.stringify({ app })));
  return { ...object, spec };
}

describeWithKubernetes('how one object asks to be applied', () => {
  describe('how one object asks to be applied, on real Kubernetes', () => {
    let stage: AgentStage;
    beforeAll(async () => {
      stage = await AgentStage.start();
    }, 180_000);
    afterAll(async () => {
      await stage.stop();
    }, 60_000);

    it('create-only: later neither changed nor healed, made again when it is gone, and pruned', async () => {
      const others = ['x', 'y', 'z'].map((name) => configMap(name, { a: '1' }));
      const once = (value: string): KubeObject => asking(configMap('once', { a: value }), 'create-only');
      await stage.ordered('once', [once('1'), ...others]);
      must(await stage.admin.mergePatch(must(await stage.admin.resolve('', 'ConfigMap')), 'shop', 'once', { data: { a: 'theirs' } }, { fieldManager: 'kubectl-edit' }));
      stage.mark();
      await stage.ordered('once', [once('2'), ...others]);
      expect((await stage.live(cm('once')))['data']).toEqual({ a: 'theirs' });
      expect(stage.writes()).toEqual([]);
      must(await stage.admin.delete(must(await stage.admin.resolve('', 'ConfigMap')), 'shop', 'once', { uid: (await stage.live(cm('once'))).metadata.uid ?? '' }));
      await until('it is there again', 60_000, () => stage.find(cm('once')));
      await stage.ordered('once', others);
      expect(await stage.find(cm('once'))).toBeUndefined();
    });

    it('skip: not applied, and let go where it was applied before', async () => {
      await stage.ordered('skip', [asking(configMap('never', { a: '1' }), 'skip'), configMap('later', { a: '1' }), configMap('beside', { a: '1' })]);
      expect(await stage.find(cm('never'))).toBeUndefined();
      await stage.ordered('skip', [asking(configMap('later', { a: '2' }), 'skip'), configMap('beside', { a: '1' })], { sync: 'SYNCED', reason: 'OBJECTS_KEPT' });
      const later = await stage.live(cm('later'));
      expect(later['data']).toEqual({ a: '1' });
      expect(later.metadata.annotations?.['capstan.dev/owner']).toBeUndefined();
    });

    it('force: without it every conflict is named, with it the fields are taken', async () => {
      for (const name of ['f1', 'f2']) must(await stage.admin.apply(configMap(name, { size: 'xl' }, { namespace: 'shop' }), { fieldManager: `sizer-${name}` }));
      const declared = ['f1', 'f2'].map((name) => configMap(name, { size: 's' }));
      const { message } = await stage.ordered('force', declared, { reason: 'FIELD_CONFLICT' });
      expect(message).toBe('ConfigMap shop/f1: .data.size is held by sizer-f1; ConfigMap shop/f2: .data.size is held by sizer-f2');
      const forced = await stage.ordered('force', declared.map((object) => asking(object, 'force')));
      expect(forced.message).toContain('ConfigMap shop/f1: took .data.size from sizer-f1');
      expect((await stage.live(cm('f1')))['data']).toEqual({ size: 's' });
    });

    it.each([
      ['a Deployment', ref('apps', 'Deployment', 'anew'), deployment('anew', 'example.com/web:1'), withSelector(deployment('anew', 'example.com/web:2'), 'other'), 'selector'],
      ['a Job', ref('batch', 'Job', 'anew'), job('anew', 'example.com/web:1'), job('anew', 'example.com/web:2'), 'template'],
      ['a Service', ref('', 'Service', 'anew'), service('anew', '10.96.7.1'), service('anew', '10.96.7.2'), 'clusterIP'],
      ['an immutable ConfigMap', cm('anew'), { ...configMap('anew', { a: '1' }), immutable: true }, { ...configMap('anew', { a: '2' }), immutable: true }, 'data'],
      ['an immutable Secret', ref('', 'Secret', 'anew'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'anew' }, immutable: true, data: { a: 'MQ==' } }, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'anew' }, immutable: true, data: { a: 'Mg==' } }, ''],
    ] as const)('%s: a field that never changes is named and nothing is written; with replace it is made anew, once', async (_what, which, before, after, field) => {
      const application = `anew-${which.kind.toLowerCase()}`;
      const beside = (value: string): KubeObject => configMap(application, { a: value });
      const again = { sync: 'SYNCED', reason: 'SYNCED' } as const;
      await stage.ordered(application, [before, beside('1')], again);
      const first = await stage.live(which);
      stage.mark();
      const refused = await stage.ordered(application, [after, beside('2')], { sync: 'KEPT_LAST_GOOD', reason: 'IMMUTABLE_FIELD' });
      expect(refused.message).toContain(`${which.kind}${which.group === '' ? '' : `.${which.group}`} shop/anew: `);
      expect(refused.message).toContain(field);
      expect(stage.writes()).toEqual([]);
      await stage.ordered(application, [asking(after, 'replace'), beside('2')], again);
      const second = await stage.live(which);
      expect(second.metadata.uid).not.toBe(first.metadata.uid);
      stage.mark();
      await stage.ordered(application, [asking(after, 'replace'), beside('3')], again);
      expect((await stage.live(which)).metadata.uid).toBe(second.metadata.uid);
      expect(stage.writes()).toEqual([`patch configmaps shop/${application}`]);
    });

    it('replace: never what holds data, and not where the new one would be refused', async () => {
      await stage.ordered('data', [sets('data', 'one'), deployment('data', 'example.com/web:1')], { sync: 'SYNCED', reason: 'SYNCED' });
      stage.mark();
      const kept = await stage.ordered('data', [asking(sets('data', 'two'), 'replace'), deployment('data', 'example.com/web:1')], { sync: 'KEPT_LAST_GOOD', reason: 'IMMUTABLE_FIELD' });
      expect(kept.message).toContain('StatefulSet.apps shop/data is never deleted to be created again');
      const wrong = withSelector(deployment('data', 'example.com/web:1'), 'other');
      const invalid = { ...wrong, spec: JSON.parse(JSON.stringify(wrong['spec']).replace('"name":"app"', '"name":"App_"')) };
      await stage.ordered('data', [sets('data', 'one'), asking(invalid, 'replace')], { sync: 'KEPT_LAST_GOOD' });
      expect(stage.writes()).toEqual([]);
      expect(await stage.find(deploy('data'))).toBeDefined();
    });
  });
});
