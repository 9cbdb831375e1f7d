import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#kernel';
import type { KubeObject, ObjectRef } from '#domain';
import type { KubeClient } from '#kube';
import { until } from '#testing';
import { cm, configMap } from '../../../apps/agent/test/test-agent.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';
import { narrowLevel, narrowWay } from './narrow-way.js';
import { UnkindWebhook } from './unkind-webhook.js';

jest.setTimeout(180_000);

/** Longer than an impatient client waits. */
const SLOW_SECONDS = 17;

const labelled = (name: string, label: string, namespace = 'shop'): KubeObject => configMap(name, { a: '1' }, { namespace, labels: { [label]: 'true' } });
const webhook = (name: string): ObjectRef => ({ group: 'admissionregistration.k8s.io', kind: 'ValidatingWebhookConfiguration', namespace: '', name });
const crd = (plural: string): ObjectRef => ({ group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', namespace: '', name: `${plural}.example.com` });
const custom = (kind: string, version: string): KubeObject => ({ apiVersion: `example.com/${version}`, kind, metadata: { name: 'one' }, spec: { a: 1 } });

/** @param versions the last one is stored */
function definition(plural: string, kind: string, versions: readonly string[], conversion: { readonly [name: string]: Json } = { strategy: 'None' }): KubeObject {
  const schema: Json = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const served = versions.map((name, index): Json => ({ name, served: true, storage: index === versions.length - 1, schema }));
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` }, conversion, versions: served },
  };
}

describeWithKubernetes('what is away for a while', () => {
  describe('what is away for a while, on real Kubernetes', () => {
    let stage: AgentStage;
    let silent: UnkindWebhook;
    let denying: UnkindWebhook;
    let slow: { readonly failing: bigint; readonly passedOver: bigint; readonly converted: bigint };
    beforeAll(async () => {
      [stage, silent, denying] = await Promise.all([AgentStage.start({ namespaces: ['shop', 'busy'] }), UnkindWebhook.start('SILENT'), UnkindWebhook.start('DENIES')]);
      must(await stage.admin.create(silent.configuration({ name: 'slow-and-needed', label: 'slow', timeoutSeconds: SLOW_SECONDS })));
      must(await stage.admin.create(silent.configuration({ name: 'slow-and-optional', label: 'optional', timeoutSeconds: SLOW_SECONDS, failurePolicy: 'Ignore' })));
      must(await stage.admin.create(silent.configuration({ name: 'slow-room', label: 'room', timeoutSeconds: SLOW_SECONDS })));
      must(await stage.admin.create(denying.configuration({ name: 'denying', label: 'denied' })));
      await define(definition('turns', 'Turn', ['v1', 'v2'], { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: silent.clientConfig } }));
      await until('the webhooks are in force', 30_000, async () => ((await stage.admin.create(labelled('probe', 'denied'), { dryRun: true })).ok ? undefined : true));
      // They take their time, in which the cases before theirs go on.
      slow = {
        failing: await stage.order('failing', [configMap('failing-too', { a: '1' }), labelled('failing', 'slow')]),
        passedOver: await stage.order('passed-over', [labelled('passed-over', 'optional')]),
        converted: await stage.order('converted', [configMap('converted', { a: '1' }), custom('Turn', 'v1')]),
      };
    }, 180_000);
    afterAll(async () => {
      await stage.stop();
      await Promise.all([silent.stop(), denying.stop()]);
    }, 60_000);

    const define = async (object: KubeObject): Promise<void> => {
      must(await stage.admin.apply(object, { fieldManager: 'the-suite', force: true }));
      const { versions, names: { kind } } = object['spec'] as { readonly versions: readonly { readonly name: string }[]; readonly names: { readonly kind: string } };
      await until(`${kind} is served`, 30_000, async () => {
        stage.admin.invalidateDiscovery('example.com');
        const found = await Promise.all(versions.map(({ name }) => stage.admin.resolve('example.com', kind, name)));
        return found.every(({ ok }) => ok) || undefined;
      });
    };
    const remove = async (ref: ObjectRef): Promise<void> => {
      await stage.delete(ref);
      await until(`${ref.name} is gone`, 30_000, async () => ((await stage.find(ref)) === undefined ? true : undefined));
    };
    const sentAway = (): number => stage.cluster.auditLog.entries().filter(({ code, userAgent }) => code === 429 && userAgent === 'capstan-agent').length;
    const asAgent = (): KubeClient => stage.admin.impersonate('system:serviceaccount:capstan-system:capstan-apply');
    /** Where there is room for one at a time: takes it for as long as the slow webhook does, again and again. */
    const keepRoom = async (signal: AbortSignal): Promise<void> => {
      while (!signal.aborted) {
        await asAgent().create(labelled('keeps-room', 'room', 'busy'), { dryRun: true, isUrgent: true, signal });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    /** How many of so many calls at once are sent away. */
    const refusedOf = async (count: number): Promise<number> => {
      const tried = await Promise.all(Array.from({ length: count }, (_, index) => asAgent().create(configMap(`probe-${index}`, {}, { namespace: 'busy' }), { dryRun: true, isUrgent: true })));
      return tried.filter((one) => !one.ok && one.error.code === 'TOO_MANY_REQUESTS').length;
    };
    it('a webhook that says no: its words, every object that it refused, and nothing is written; it goes on once the webhook is gone', async () => {
      stage.mark();
      const asked = await stage.order('denied', [configMap('beside', { a: '1' }), labelled('d1', 'denied'), labelled('d2', 'denied')]);
      const { message } = await stage.said('denied', { generation: asked, sync: 'FAILED', reason: 'ADMISSION_DENIED' });
      expect(message).toBe(['d1', 'd2'].map((name) => `ConfigMap shop/${name}: admission webhook "denying.example.com" denied the request: not on a Friday`).join('; '));
      expect(stage.writes()).toEqual([]);
      await remove(webhook('denying'));
      await stage.said('denied', { generation: asked, sync: 'SYNCED' });
    });

    it('a webhook that is slower than most are patient, and needed: it is named with the object, nothing is written, and it goes on once the webhook is gone', async () => {
      const { message } = await stage.said('failing', { generation: slow.failing, sync: 'FAILED', reason: 'WEBHOOK_UNAVAILABLE' });
      expect(message).toContain('ConfigMap shop/failing: ');
      expect(message).toContain('slow-and-needed.example.com');
      expect(await stage.find(cm('failing-too'))).toBeUndefined();
      await remove(webhook('slow-and-needed'));
      await stage.said('failing', { generation: slow.failing, sync: 'SYNCED' });
    });

    it('an API server that has little room for the agent: it goes slower, everything is applied once, and others do not notice', async () => {
      for (const object of [narrowLevel('busy', 1), narrowWay('busy', 'busy')]) must(await stage.admin.create(object));
      await until('the way is narrow', 30_000, async () => ((await refusedOf(30)) > 0 ? true : undefined));
      stage.mark();
      const many = Array.from({ length: 150 }, (_, index) => configMap(`b${index}`, { a: '1' }, { namespace: 'busy' }));
      const asked = await stage.order('busy', many);
      await until('calls are sent away', 30_000, () => (sentAway() > 0 ? true : undefined));
      await stage.ordered('beside-busy', [configMap('beside-busy', { a: '1' })]);
      await stage.said('busy', { generation: asked, sync: 'SYNCED', reason: 'SYNCED' });
      expect(stage.agent.reports.filter(({ generation, sync }) => generation === asked && sync !== 'SYNCED' && sync !== 'APPLYING')).toEqual([]);
      expect(stage.writes().filter((write) => write.includes('busy/')).toSorted()).toEqual(many.map(({ metadata }) => `patch configmaps busy/${metadata.name}`).toSorted());
    });

    it('an API server that has no room for the agent at all: that is what is said, and it goes on once there is some', async () => {
      must(await stage.admin.apply(narrowLevel('busy', 0), { fieldManager: 'the-suite', force: true }));
      const leaving = new AbortController();
      const kept = keepRoom(leaving.signal);
      let asked: bigint;
      try {
        await until('there is no room', 30_000, async () => ((await refusedOf(3)) === 3 ? true : undefined));
        asked = await stage.order('busy', Array.from({ length: 150 }, (_, index) => configMap(`b${index}`, { a: '2' }, { namespace: 'busy' })));
        const { message } = await stage.said('busy', { generation: asked, sync: 'KEPT_LAST_GOOD', reason: 'CLUSTER_BUSY' });
        expect(message).toContain('ConfigMap busy/b');
        expect(message).toContain('the API server has too much to do');
        await stage.ordered('beside-busy', [configMap('beside-busy', { a: 'more' })]);
      } finally {
        leaving.abort();
        await kept;
      }
      await stage.said('busy', { generation: asked, sync: 'SYNCED' });
    });

    it('a kind that is removed from the API: said of what runs and of a new release, the rest is healed, and both go on once it is back', async () => {
      await define(definition('fads', 'Fad', ['v1']));
      const { generation: first } = await stage.applied('fads', [custom('Fad', 'v1'), configMap('fads', { a: '1' })]);
      await remove(crd('fads'));
      stage.mark();
      await stage.edit(cm('fads'), { data: { a: 'by hand' } });
      await stage.becomes(cm('fads'), 'is healed', ({ data }) => JSON.stringify(data) === '{"a":"1"}');
      await stage.said('fads', { generation: first, health: 'UNKNOWN', healthMessage: 'Fad.example.com shop/one: the cluster does not serve example.com/v1 any more' });
      await define(definition('fads', 'Fad', ['v1']));
      const fad: ObjectRef = { group: 'example.com', kind: 'Fad', namespace: 'shop', name: 'one' };
      await until('it is made again', 60_000, async () => ((await stage.find(fad)) === undefined ? undefined : true));
      await stage.said('fads', { generation: first, sync: 'SYNCED', health: 'HEALTHY' });

      await remove(crd('fads'));
      stage.mark();
      const asked = await stage.order('fads', [custom('Fad', 'v1'), configMap('fads', { a: '2' })]);
      const { message } = await stage.said('fads', { generation: asked, sync: 'KEPT_LAST_GOOD', reason: 'KIND_NOT_FOUND' });
      expect(message).toMatch(/Fad\.example\.com (shop\/)?one/);
      expect(stage.writes()).toEqual([]);
      await define(definition('fads', 'Fad', ['v1']));
      await stage.said('fads', { generation: asked, sync: 'SYNCED', health: 'HEALTHY' });
      expect(await stage.find(fad)).toBeDefined();
    });

    it('a version of a kind that is removed from the API: objects of the other version are the same, and are pruned and removed by it', async () => {
      await define(definition('hats', 'Hat', ['v1beta1', 'v1']));
      const hat: ObjectRef = { group: 'example.com', kind: 'Hat', namespace: 'shop', name: 'one' };
      const rest = ['h1', 'h2', 'h3', 'h4'].map((name) => configMap(name, { a: '1' }));
      await stage.applied('hats', [custom('Hat', 'v1beta1'), ...rest]);
      const uid = await stage.uidOf(hat);
      await define(definition('hats', 'Hat', ['v1']));
      await until('the old version is gone', 30_000, async () => {
        stage.admin.invalidateDiscovery('example.com');
        return (await stage.admin.resolve('example.com', 'Hat', 'v1beta1')).ok ? undefined : true;
      });
      const stale = await stage.order('hats', [custom('Hat', 'v1beta1'), ...rest, configMap('h5', { a: '1' })]);
      await stage.said('hats', { generation: stale, sync: 'KEPT_LAST_GOOD', reason: 'KIND_NOT_FOUND' }, 'Hat.example.com');
      stage.mark();
      await stage.applied('hats', [{ ...custom('Hat', 'v1'), spec: { b: 1 } }, ...rest]);
      expect(await stage.uidOf(hat)).toBe(uid);
      expect((await stage.live(hat))['spec']).toEqual({ b: 1 });
      // Once to renew who holds what, and once to apply.
      await stage.wrote('patch hats shop/one', 'patch hats shop/one');
      stage.mark();
      await stage.applied('hats', rest);
      expect(stage.deletes()).toEqual(['hats shop/one']);
    });

    it('the same webhook where it may be passed over: the object is applied all the same', async () => {
      await stage.said('passed-over', { generation: slow.passedOver, sync: 'SYNCED', reason: 'SYNCED' });
      expect(await stage.find(cm('passed-over'))).toBeDefined();
    });

    it('a conversion webhook that takes questions and never answers: it is named with the object, and nothing is written', async () => {
      const { message } = await stage.said('converted', { generation: slow.converted, reason: 'WEBHOOK_UNAVAILABLE' });
      expect(message).toContain('Turn.example.com shop/one: ');
      expect(message).toContain('conversion webhook');
      expect(await stage.find(cm('converted'))).toBeUndefined();
    });
  });
});
