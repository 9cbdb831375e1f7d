import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Digest } from '#kernel';
import type { KubeObject, ObjectRef, TargetReport } from '#domain';
import { until } from '#testing';
import { configMap } from '../../../apps/agent/test/test-agent.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

interface Kind {
  readonly plural: string;
  readonly kind: string;
}
const kindOf = (name: string): Kind => ({ plural: `${name}s`, kind: `${name.charAt(0).toUpperCase()}${name.slice(1)}` });
const crd = (name: string): ObjectRef => ({ group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', namespace: '', name: `${name}s.example.com` });

function definition(name: string, spec: object = {}): KubeObject {
  const { plural, kind } = kindOf(name);
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, singular: name, kind, listKind: `${kind}List` }, versions: [{ name: 'v1', served: true, storage: true, schema }], ...spec },
  };
}

function custom(kind: string, name: string): KubeObject {
  return { apiVersion: 'example.com/v1', kind: kindOf(kind).kind, metadata: { name, namespace: 'shop' }, spec: { size: 'L' } };
}

const REST = ['a', 'b', 'c', 'd'].map((name) => configMap(name, { v: '1' }));
const pendingOf = ({ pendingRemoval }: TargetReport): Digest => {
  if (pendingRemoval === undefined) throw new Error('nothing waits');
  return pendingRemoval.digest;
};

describeWithKubernetes('a definition that is no longer declared', () => {
  let stage: AgentStage;
  beforeAll(async () => {
    stage = await AgentStage.start();
  }, 180_000);
  afterAll(() => stage.stop(), 60_000);

  const rest = (application: string): readonly KubeObject[] => REST.map((object) => ({ ...object, metadata: { name: `${application}-${object.metadata.name}` } }));
  const asked = async (application: string, objects: readonly KubeObject[], approvedPrunes: readonly Digest[] = []): Promise<TargetReport> =>
    stage.said(application, { generation: await stage.order(application, objects, { approvedPrunes }), sync: 'AWAITING_APPROVAL', reason: 'PRUNE_NEEDS_APPROVAL' });
  /** Somebody else's objects of the kind. */
  const make = async (kind: string, ...names: readonly string[]): Promise<void> => {
    stage.admin.invalidateDiscovery('example.com');
    for (const name of names) must(await stage.admin.create(custom(kind, name)));
  };

  it('waits with the number of its live objects, and asks again when more have come', async () => {
    await stage.applied('p1', [definition('gadget'), ...rest('p1')]);
    await make('gadget', 'g1', 'g2');
    stage.mark();
    const first = await asked('p1', rest('p1'));
    expect(first.message).toContain('CustomResourceDefinition.apiextensions.k8s.io gadgets.example.com with 2 objects of its kind');
    await make('gadget', 'g3');
    const second = await asked('p1', rest('p1'), [pendingOf(first)]);
    expect(second.message).toContain('with 3 objects of its kind');
    expect(pendingOf(second)).not.toBe(pendingOf(first));
    expect(stage.deletes()).toEqual([]);
    await stage.delete({ group: 'example.com', kind: 'Gadget', namespace: 'shop', name: 'g1' });
    await stage.applied('p1', rest('p1'), { approvedPrunes: [pendingOf(second)] });
    await until('the definition is gone with what was left', 60_000, async () => ((await stage.find(crd('gadget'))) === undefined ? true : undefined));
    expect(stage.deletes()).toEqual(['customresourcedefinitions /gadgets.example.com']);
  });

  it('asks again when objects come into being between the approval and the delete', async () => {
    await stage.applied('p2', [definition('widget'), ...rest('p2')]);
    const shown = await asked('p2', rest('p2'));
    expect(shown.message).not.toContain('objects of its kind');
    const { generation: first } = await stage.applied('p1', rest('p1'));
    let isArmed = false;
    await stage.startAgent({
      failpoints: {
        hit: async (name) => {
          if (name !== 'agent.apply.after-intent' || !isArmed) return;
          isArmed = false;
          await make('widget', 'late');
        },
      },
    });
    await stage.said('p2', { generation: shown.generation, sync: 'AWAITING_APPROVAL' });
    await stage.said('p1', { generation: first, sync: 'SYNCED' });
    isArmed = true;
    stage.mark();
    const again = await asked('p2', rest('p2'), [pendingOf(shown)]);
    expect(isArmed).toBe(false);
    expect(again.message).toContain('with 1 object of its kind');
    expect(stage.deletes()).toEqual([]);
    await stage.startAgent();
    await stage.applied('p2', rest('p2'), { approvedPrunes: [pendingOf(again)] });
  });

  it('waits without objects too, and goes after the custom resources of its own application', async () => {
    await stage.applied('p3', [definition('own'), custom('own', 'o1'), custom('own', 'o2'), ...rest('p3'), configMap('p3-e', { v: '1' }), configMap('p3-f', { v: '1' })]);
    const shown = await asked('p3', [...rest('p3'), configMap('p3-e', { v: '1' }), configMap('p3-f', { v: '1' })]);
    expect(shown.pendingRemoval?.total).toBe(3);
    expect(shown.message).not.toContain('of its kind');
    stage.mark();
    await stage.applied('p3', [...rest('p3'), configMap('p3-e', { v: '1' }), configMap('p3-f', { v: '1' })], { approvedPrunes: [pendingOf(shown)] });
    const order = stage.deletes();
    expect(order.map((one) => one.replace(/o[12]$/, 'o'))).toEqual(['owns shop/o', 'owns shop/o', 'customresourcedefinitions /owns.example.com']);
  });

  it('says that objects could not be counted where their conversion webhook is down, and keeps to what was approved', async () => {
    const clientConfig = { service: { namespace: 'shop', name: 'nobody', path: '/convert' } };
    const conversion = { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } };
    await stage.applied('p4', [definition('thing'), ...rest('p4')]);
    await make('thing', 't1');
    // The object is stored as v1; from now on v2 is what is stored, and nobody converts.
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await stage.edit(crd('thing'), { spec: { conversion, versions: [{ name: 'v1', served: true, storage: false, schema }, { name: 'v2', served: true, storage: true, schema }] } });
    await until('the new version is served', 60_000, async () => {
      stage.admin.invalidateDiscovery('example.com');
      return (await stage.admin.resolve('example.com', 'Thing', 'v2')).ok || undefined;
    });
    const shown = await until('the plan says so', 60_000, async () => {
      const report = await asked('p4', rest('p4'));
      return report.message.includes('with objects of its kind that could not be counted') ? report : undefined;
    });
    await stage.order('p4', rest('p4'), { approvedPrunes: [pendingOf(shown)] });
    await until('it is asked to go', 60_000, async () => {
      const found = await stage.find(crd('thing'));
      return found === undefined || found.metadata.deletionTimestamp !== undefined || undefined;
    });
  });

  it('lets go of custom resources whose kind was taken away by somebody else, and the release goes on', async () => {
    must(await stage.admin.create(definition('lost')));
    await until('the kind is served', 60_000, async () => {
      stage.admin.invalidateDiscovery('example.com');
      return (await stage.admin.resolve('example.com', 'Lost')).ok || undefined;
    });
    await stage.applied('q5', [custom('lost', 'l1'), ...rest('q5')]);
    await stage.delete(crd('lost'));
    await until('the kind is gone', 60_000, async () => ((await stage.find(crd('lost'))) === undefined ? true : undefined));
    stage.mark();
    await stage.said('q5', { generation: await stage.order('q5', rest('q5')), sync: 'SYNCED', objectCount: 4 });
    await stage.removed('q5');
    expect(stage.deletes().toSorted()).toEqual(['a', 'b', 'c', 'd'].map((name) => `configmaps shop/q5-${name}`));
  });
});
