import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#kernel';
import type { KubeObject, ObjectRef } from '#domain';
import { until } from '#testing';
import { cm, configMap } from '../../../apps/agent/test/test-agent.js';
import { at, must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

const SPEC: Json = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const version = (name: string, storage: boolean, description = ''): Json => ({ name, served: true, storage, schema: { openAPIV3Schema: { type: 'object', description, properties: { spec: SPEC } } } });

function definition(plural: string, kind: string, versions: readonly Json[], more: { readonly [name: string]: Json } = {}): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` }, versions, ...more },
  };
}
const custom = (kind: string, name: string, spec: Json, apiVersion = 'example.com/v1'): KubeObject => ({ apiVersion, kind, metadata: { name }, spec });
const crd = (plural: string): ObjectRef => ({ group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', namespace: '', name: `${plural}.example.com` });

/** Refuses ConfigMaps that carry a label, by a policy of the API server itself. */
const DENIAL: readonly KubeObject[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'no-such-things' },
    spec: {
      failurePolicy: 'Fail', matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }] },
      validations: [{ expression: "!has(object.metadata.labels) || !('denied' in object.metadata.labels)", message: 'such things are not wanted here' }],
    },
  },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'no-such-things' }, spec: { policyName: 'no-such-things', validationActions: ['Deny'] } },
];

describeWithKubernetes('what the cluster refuses', () => {
  describe('what the cluster refuses, on real Kubernetes', () => {
    let stage: AgentStage;
    beforeAll(async () => {
      stage = await AgentStage.start();
      must(await stage.admin.apply(definition('blobs', 'Blob', [version('v1', true)]), { fieldManager: 'the-suite' }));
      await until('blobs are served', 60_000, async () => {
        stage.admin.invalidateDiscovery('example.com');
        return (await stage.admin.resolve('example.com', 'Blob')).ok || undefined;
      });
    }, 180_000);
    afterAll(async () => {
      await stage.stop();
    }, 60_000);

    it('an object beyond the limit of etcd: named with its size, before any write', async () => {
      stage.mark();
      const { message } = await stage.ordered('large', [configMap('beside', { a: '1' }), custom('Blob', 'large', { text: 'x'.repeat(1_600_000) })], { sync: 'FAILED', reason: 'OBJECT_TOO_LARGE' });
      expect(message).toMatch(/^Blob\.example\.com shop\/large has 16\d\d\d\d\d bytes; the API server stores at most 1572864$/);
      expect(stage.writes()).toEqual([]);
    });

    it('an object that is only a little below it is applied', async () => {
      await stage.ordered('nearly', [custom('Blob', 'nearly', { text: 'x'.repeat(1_500_000) })]);
    });

    it('a definition of 1.2 MB is applied, and costs no second write', async () => {
      const large = definition('whales', 'Whale', [version('v1', true, 'y'.repeat(1_200_000))]);
      await stage.ordered('whales', [large, custom('Whale', 'one', { a: 1 })]);
      stage.mark();
      await stage.ordered('whales', [large, custom('Whale', 'one', { a: 2 })]);
      expect(stage.writes()).toEqual(['patch whales shop/one']);
    });

    it('a change of five thousand lines by hand is undone, and told of in bounds', async () => {
      const lines = (word: string): Record<string, string> => Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`line-${index}`, `${word} ${index}`]));
      await stage.ordered('lines', [configMap('lines', lines('ours'))]);
      const resource = must(await stage.admin.resolve('', 'ConfigMap'));
      must(await stage.admin.mergePatch(resource, 'shop', 'lines', { data: lines('theirs') }, { fieldManager: 'kubectl-edit' }));
      await until('it is healed', 60_000, async () => (at(await stage.live(cm('lines')), 'data', 'line-4999') === 'ours 4999' ? true : undefined));
      const largest = Math.max(...stage.agent.reports.map((report) => JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)).length));
      expect(largest).toBeLessThan(64 * 1024);
    });

    it('an admission policy that denies: in its words, before any write, and all that it denies at once', async () => {
      for (const object of DENIAL) must(await stage.admin.create(object));
      const denied = (name: string): KubeObject => configMap(name, { a: '1' }, { labels: { denied: 'yes' } });
      await until('the policy is in force', 60_000, async () => ((await stage.admin.create({ ...denied('probe'), metadata: { ...denied('probe').metadata, namespace: 'shop' } }, { dryRun: true })).ok ? undefined : true));
      stage.mark();
      const { message } = await stage.ordered('denied', [configMap('fine', { a: '1' }), denied('d1'), denied('d2')], { sync: 'FAILED', reason: 'ADMISSION_DENIED' });
      expect(message).toContain('ConfigMap shop/d1: ');
      expect(message).toContain('ConfigMap shop/d2: ');
      expect(message).toContain('such things are not wanted here');
      expect(stage.writes()).toEqual([]);
    });

    it('a conversion webhook that is down: named, nothing is written, and it goes on by itself once it is mended', async () => {
      const away = { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://127.0.0.1:9/convert' } } } };
      const versions = [version('v1', false), version('v2', true)];
      must(await stage.admin.apply(definition('turns', 'Turn', versions, away), { fieldManager: 'the-suite' }));
      await until('turns are served', 60_000, async () => {
        stage.admin.invalidateDiscovery('example.com');
        return (await stage.admin.resolve('example.com', 'Turn', 'v1')).ok || undefined;
      });
      stage.mark();
      const asked = await stage.order('turns', [custom('Turn', 'one', { a: 1 }), configMap('turns', { a: '1' })]);
      const { message } = await stage.said('turns', { generation: asked, reason: 'WEBHOOK_UNAVAILABLE' });
      expect(message).toContain('Turn.example.com shop/one');
      expect(stage.writes()).toEqual([]);
      must(await stage.admin.apply(definition('turns', 'Turn', versions, { conversion: { strategy: 'None' } }), { fieldManager: 'the-suite', force: true }));
      await until('it is applied', 60_000, () => (stage.agent.last('turns')?.generation === asked && stage.agent.last('turns')?.sync === 'SYNCED' ? true : undefined));
    });

    it('a kind that is removed from the API: the release is refused by its name, and what was applied of others runs on', async () => {
      must(await stage.admin.apply(definition('fads', 'Fad', [version('v1', true)]), { fieldManager: 'the-suite' }));
      await until('fads are served', 60_000, async () => {
        stage.admin.invalidateDiscovery('example.com');
        return (await stage.admin.resolve('example.com', 'Fad')).ok || undefined;
      });
      await stage.ordered('fads', [custom('Fad', 'one', { a: 1 }), configMap('fads', { a: '1' })]);
      const { uid = '' } = (await stage.live(crd('fads'))).metadata;
      must(await stage.admin.delete(must(await stage.admin.resolve('apiextensions.k8s.io', 'CustomResourceDefinition')), '', 'fads.example.com', { uid }));
      await until('fads are gone', 60_000, async () => ((await stage.find(crd('fads'))) === undefined ? true : undefined));
      stage.mark();
      const asked = await stage.order('fads', [custom('Fad', 'one', { a: 1 }), configMap('fads', { a: '2' })]);
      const { message } = await until('it is refused', 60_000, () => {
        const last = stage.agent.last('fads');
        return last?.generation === asked && last.reason === 'KIND_NOT_FOUND' ? last : undefined;
      }, () => JSON.stringify(stage.agent.last('fads')?.message));
      expect(message).toContain('Fad');
      expect(stage.writes()).toEqual([]);
      expect((await stage.live(cm('fads')))['data']).toEqual({ a: '1' });
    });
  });
});
