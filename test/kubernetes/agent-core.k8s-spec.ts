import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#kernel';
import type { KubeObject, ObjectRef } from '#domain';
import { until } from '#testing';
import { cm, configMap, deploy, deployment } from '../../apps/agent/test/test-agent.js';
import { hookJob, job } from '../../apps/agent/test/hook-objects.js';
import { at, must } from '../contract/kubernetes/contract-server.js';
import { AgentStage, type OrderMore } from './stage/agent-stage.js';
import { describeWithKubernetes } from './stage/describe-with-kubernetes.js';

jest.setTimeout(120_000);

const WIDGET: ObjectRef = { group: 'example.com', kind: 'Widget', namespace: 'shop', name: 'w' };

function definition(...properties: readonly string[]): KubeObject {
  const spec: Json = { type: 'object', properties: Object.fromEntries(properties.map((name) => [name, { type: 'string' }])) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
    },
  };
}

function widget(spec: { readonly [name: string]: Json }): KubeObject {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec };
}

function scaled(image: string, replicas: number | undefined): KubeObject {
  const { spec, ...rest } = deployment('scaled', image, replicas);
  const { replicas: _replicas, ...declared } = spec as { readonly [name: string]: Json };
  return { ...rest, spec: replicas === undefined ? declared : { ...declared, replicas } };
}

/** The agent's core, with the accounts of its chart, on an API server that was not written by us. */
describeWithKubernetes('the core of the agent', () => {
  describe.each([
    ['cluster-admin', 'apply: { preset: cluster-admin }'],
    ['namespaced', 'apply: { preset: namespaced, namespaces: [shop, web] }'],
  ] as const)('the core of the agent with the preset %s', (preset, values) => {
    let stage: AgentStage;
    beforeAll(async () => {
      stage = await AgentStage.start({ namespaces: ['shop', 'web'], values });
    }, 180_000);
    afterAll(() => stage.stop(), 60_000);

    const applied = (application: string, objects: readonly KubeObject[], more: OrderMore = {}): Promise<unknown> =>
      stage.ordered(application, objects, { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' }, more);

    it('finds drift at once, also of what the account of the agent may not read', async () => {
      const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { password: 'aHVudGVyMg==' } };
      await applied('drift', [configMap('settings', { colour: 'blue' }), secret, configMap('there', { a: '1' }, { namespace: 'web' })]);
      for (const [ref, patch, data] of [
        [cm('settings'), { data: { colour: 'red' } }, { colour: 'blue' }],
        [cm('there', 'web'), { data: { a: '2' } }, { a: '1' }],
        [{ ...cm('s'), kind: 'Secret' }, { data: { password: 'ZXZpbA==' } }, { password: 'aHVudGVyMg==' }],
      ] as const) {
        await stage.edit(ref, patch);
        await until(`${ref.kind} ${ref.name} is healed`, 60_000, async () => (JSON.stringify((await stage.live(ref))['data']) === JSON.stringify(data) ? true : undefined));
      }
    });

    it('names a field that the schema lacks, and writes nothing', async () => {
      const web = deployment('typo', 'example.com/web:1');
      stage.mark();
      const version = await stage.order('typo', [configMap('beside', { a: '1' }), { ...web, spec: { ...(web['spec'] as { readonly [name: string]: Json }), replicsa: 3 } }]);
      const { message } = await stage.said('typo', { generation: version, reason: 'INVALID_FOR_SERVER' });
      expect(message).toContain('Deployment.apps shop/typo');
      expect(message).toContain('.spec.replicsa');
      expect(stage.writes()).toEqual([]);
    });

    it('leaves the replicas to a scaler once they are no longer declared, and heals the rest', async () => {
      await applied('scaled', [scaled('example.com/web:1', 2)], { drift: 'REPORT' });
      await stage.edit(deploy('scaled'), { spec: { replicas: 4 } }, 'a-scaler', 'scale');
      await applied('scaled', [scaled('example.com/web:2', undefined)], { drift: 'REPORT' });
      await applied('scaled', [scaled('example.com/web:3', undefined)]);
      await stage.edit(deploy('scaled'), { spec: { template: { spec: { containers: [{ name: 'app', image: 'example.com/web:theirs' }] } } } });
      await until('the image is healed', 60_000, async () => (JSON.stringify((await stage.live(deploy('scaled')))['spec']).includes('web:3') ? true : undefined));
      expect(at(await stage.live(deploy('scaled')), 'spec', 'replicas')).toBe(4);
    });

    it('keeps what runs when a field cannot be changed', async () => {
      await applied('fixed', [deployment('fixed', 'example.com/web:1'), configMap('fixed', { a: '1' })]);
      const labels = { app: 'renamed' };
      const next: KubeObject = { ...deployment('fixed', 'example.com/web:2'), spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'example.com/web:2' }] } } } };
      stage.mark();
      const { message } = await stage.said('fixed', { generation: await stage.order('fixed', [next, configMap('fixed', { a: '2' })]), sync: 'KEPT_LAST_GOOD', reason: 'IMMUTABLE_FIELD' });
      expect(message).toContain('field is immutable');
      expect(stage.writes()).toEqual([]);
    });

    it('tracks what does not go for its finalizer, and makes it anew when it is declared again', async () => {
      const others = [configMap('y', { a: '1' }), configMap('z', { a: '1' })];
      await applied('stuck', [configMap('stuck', { a: '1' }, { finalizers: ['example.com/never'] }), ...others]);
      const { message } = await stage.said('stuck', { generation: await stage.order('stuck', others), sync: 'SYNCED', reason: 'PRUNE_BLOCKED' });
      expect(message).toContain('example.com/never');
      const version = await stage.order('stuck', [configMap('stuck', { a: '2' }), ...others]);
      await stage.edit(cm('stuck'), { metadata: { finalizers: null } });
      await stage.said('stuck', { generation: version, sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' });
      await until('it is there again', 60_000, async () => (await stage.admin.get(must(await stage.admin.resolve('', 'ConfigMap')), 'shop', 'stuck')).ok || undefined);
    });

    it('goes on by itself after its rights were taken and given back', async () => {
      await applied('rights', [configMap('rights', { a: '1' })]);
      const kind = preset === 'cluster-admin' ? 'ClusterRoleBinding' : 'RoleBinding';
      const ref: ObjectRef = { group: 'rbac.authorization.k8s.io', kind, namespace: preset === 'cluster-admin' ? '' : 'shop', name: 'capstan-apply' };
      const { metadata, ...binding } = await stage.live(ref);
      must(await stage.admin.delete(must(await stage.admin.resolve(ref.group, kind)), ref.namespace, ref.name, { uid: metadata.uid ?? '' }));
      const version = await stage.order('rights', [configMap('rights', { a: '2' })]);
      await stage.said('rights', { generation: version, sync: 'KEPT_LAST_GOOD', reason: 'FORBIDDEN' });
      must(await stage.admin.create({ ...binding, metadata: { name: ref.name, ...(ref.namespace === '' ? {} : { namespace: ref.namespace }) } }));
      await stage.said('rights', { generation: version, sync: 'SYNCED' });
      expect((await stage.live(cm('rights')))['data']).toEqual({ a: '2' });
    });

    it('finishes a release in whose middle the API server was restarted', async () => {
      const many = Array.from({ length: 120 }, (_, index) => configMap(`n${index}`, { a: '1' }));
      stage.mark();
      const version = await stage.order('many', many);
      await until('some are written', 60_000, () => (stage.writes().length > 20 ? true : undefined));
      await stage.cluster.restartApiServer();
      await stage.said('many', { generation: version, sync: 'SYNCED' });
      expect(stage.writes().filter((write) => write.startsWith('delete'))).toEqual([]);
    });

    it('applies and removes five hundred objects, one of them as large as a ConfigMap may be', async () => {
      await stage.applied('big', [...Array.from({ length: 500 }, (_, index) => configMap(`o${index}`, { a: '1' })), configMap('huge', { a: 'y'.repeat(1024 * 1024 - 300) })]);
      await stage.removed('big');
    });

    it('keeps the order of hooks and waves, prunes what is dropped, and runs the hooks of a removal', async () => {
      const wave = (object: KubeObject, number: string): KubeObject => ({ ...object, metadata: { ...object.metadata, annotations: { 'capstan.dev/wave': number } } });
      const dropped = configMap('dropped', { a: '1' });
      const release = (value: string): readonly KubeObject[] => [
        wave(configMap('announcement', { a: value }), '1'), hookJob('smoke', { 'capstan.dev/hook': 'after', 'capstan.dev/hook-delete': 'succeeded' }),
        deployment('ordered', `example.com/web:${value}`), wave(configMap('settings-first', { a: value }), '-1'), hookJob('migrate', { 'argocd.argoproj.io/hook': 'PreSync' }), hookJob('goodbye', { 'capstan.dev/hook': 'before-removal' }),
        ...['x1', 'x2'].map((name) => configMap(`ordered-${name}`, { a: '1' })),
      ];
      // The audit log tells of a write a moment after others can see what it did.
      const wrote = (which: RegExp, expected: readonly string[]): Promise<true> => until(`these were written: ${expected.join(', ')}`, 10_000, () => (JSON.stringify(stage.writes().filter((write) => which.test(write))) === JSON.stringify(expected) ? true : undefined), () => stage.writes().join(', '));
      stage.mark();
      await stage.applied('ordered', [...release('1'), dropped]);
      await wrote(/migrate|settings-first|deployments|announcement|smoke/, ['create jobs shop/migrate', 'patch configmaps shop/settings-first', 'patch deployments shop/ordered', 'patch configmaps shop/announcement', 'create jobs shop/smoke', 'delete jobs shop/smoke']);

      stage.mark();
      await stage.applied('ordered', release('2'));
      await wrote(/delete configmaps/, ['delete configmaps shop/dropped']);
      await stage.edit(cm('announcement'), { data: { a: 'theirs' } });
      await stage.becomes(cm('announcement'), 'is healed', ({ data }) => JSON.stringify(data) === '{"a":"2"}');

      stage.mark();
      await stage.removed('ordered');
      await wrote(/goodbye|announcement|deployments|settings-first/, ['create jobs shop/goodbye', 'delete configmaps shop/announcement', 'delete deployments shop/ordered', 'delete configmaps shop/settings-first', 'delete jobs shop/goodbye']);
      expect(await stage.find(job('migrate'))).toBeUndefined();
    });

    if (preset === 'namespaced') {
      it('names what is beyond its namespaces, be it an object or a hook, and writes nothing of that release', async () => {
        const beyond: readonly KubeObject[] = [
          configMap('beyond', { a: '1' }, { namespace: 'default' }),
          { ...hookJob('beyond', { 'capstan.dev/hook': 'before' }), metadata: { name: 'beyond', namespace: 'default', annotations: { 'capstan.dev/hook': 'before' } } },
          { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'beyond' }, rules: [] },
        ];
        stage.mark();
        for (const [index, object] of beyond.entries()) {
          const { message } = await stage.ordered(`beyond${index}`, [object, configMap(`beyond${index}`, { a: '1' })], { sync: 'FAILED', reason: 'FORBIDDEN' });
          expect(message).toContain('beyond');
        }
        expect(stage.writes()).toEqual([]);
      });
    }

    if (preset === 'cluster-admin') {
      it('takes a definition, its objects and their fields in one release, now and when the definition grows', async () => {
        await applied('kinds', [definition('size'), widget({ size: 'L' })]);
        await stage.edit(WIDGET, { spec: { size: 'XL' } });
        await until('the custom resource is healed', 60_000, async () => (at(await stage.live(WIDGET), 'spec', 'size') === 'L' ? true : undefined));
        await applied('kinds', [definition('size', 'colour'), widget({ size: 'L', colour: 'red' })]);
        expect((await stage.live(WIDGET))['spec']).toEqual({ size: 'L', colour: 'red' });
        const { message } = await stage.said('kinds', { generation: await stage.order('kinds', [definition('size', 'colour'), widget({ size: 'L', color: 'red' })]), sync: 'KEPT_LAST_GOOD', reason: 'INVALID_FOR_SERVER' });
        expect(message).toContain('.spec.color');
      });
    }
  });
});
