import { describe, expect, it } from '@jest/globals';
import { OWNER_ANNOTATION, prepareObject, PROTECT_ANNOTATION, renderedScopes, TARGET_LABEL, targetLabelValue, type KubeObject, type PrepareContext } from '#domain';
import { anObject } from '#testing';

const OWNER = '01900000-0000-7000-8000-000000000001/default/web';
const context: PrepareContext = {
  owner: OWNER,
  defaultNamespace: 'web',
  agentNamespace: 'capstan-system',
  scopeOf: (_apiVersion, kind) => (kind === 'Unheard' ? undefined : ['Namespace', 'ClusterRole'].includes(kind) ? 'CLUSTER' : 'NAMESPACED'),
  isOfAgentChart: (ref) => ref.kind === 'ClusterRole' && ref.name === 'capstan-agent',
};
const marks = { labels: { [TARGET_LABEL]: targetLabelValue(OWNER) }, annotations: { [OWNER_ANNOTATION]: OWNER } };

describe('prepareObject', () => {
  it('marks the object, gives it a namespace and takes out its status', () => {
    const rendered = anObject('apps/v1', 'Deployment', 'web', {
      metadata: { labels: { app: 'web' }, annotations: { [PROTECT_ANNOTATION]: 'true' }, finalizers: ['a/b'] },
      spec: { newThing: { kept: true } },
      status: { replicas: 1 },
    });
    expect(prepareObject(rendered, context)).toEqual({
      ok: true,
      value: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'web', finalizers: ['a/b'], labels: { app: 'web', ...marks.labels }, annotations: { [PROTECT_ANNOTATION]: 'true', ...marks.annotations } },
        spec: { newThing: { kept: true } },
      },
    });
  });

  it('refuses options of applying that it cannot read, and what etcd would not take', () => {
    const odd = anObject('v1', 'ConfigMap', 'a', { metadata: { annotations: { 'capstan.dev/apply': 'always' } } });
    expect(prepareObject(odd, context)).toMatchObject({ ok: false, error: { code: 'INVALID_OBJECT', object: 'ConfigMap a', reason: expect.stringContaining('capstan.dev/apply is "always"') } });
    const large = anObject('example.com/v1', 'Blob', 'a', { spec: { text: 'x'.repeat(1_600_000) } });
    expect(prepareObject(large, context)).toMatchObject({ ok: false, error: { code: 'OBJECT_TOO_LARGE', object: 'Blob.example.com web/a', bytes: expect.any(Number) } });
  });

  it('is idempotent but for its own marks, and changes nothing in place', () => {
    const rendered = Object.freeze(anObject('v1', 'ConfigMap', 'a'));
    expect(prepareObject(rendered, context)).toEqual(prepareObject(rendered, context));
    expect(rendered).toEqual(anObject('v1', 'ConfigMap', 'a'));
  });

  it('keeps the namespace of the object, and takes it from cluster-wide kinds', () => {
    expect(prepareObject(anObject('v1', 'ConfigMap', 'other/a'), context)).toMatchObject({ ok: true, value: { metadata: { namespace: 'other' } } });
    const role = prepareObject(anObject('rbac.authorization.k8s.io/v1', 'ClusterRole', 'other/reader'), context);
    expect(role.ok && 'namespace' in role.value.metadata).toBe(false);
  });

  it('folds stringData into data, as the server does', () => {
    const secret = anObject('v1', 'Secret', 'web/s', { data: { a: 'b2xk', b: 'Yg==' }, stringData: { a: 'new' } });
    const prepared = prepareObject(secret, context);
    expect(prepared).toMatchObject({ ok: true, value: { data: { a: 'bmV3', b: 'Yg==' } } });
    expect(prepared.ok && 'stringData' in prepared.value).toBe(false);
  });

  it.each<[string, KubeObject, Partial<PrepareContext>, object]>([
    ['an owner from Git', anObject('v1', 'ConfigMap', 'web/a', { metadata: { annotations: { [OWNER_ANNOTATION]: 'x' } } }), {}, { code: 'INVALID_OBJECT', object: 'ConfigMap web/a', reason: 'capstan.dev/owner is set by Capstan alone' }],
    ['any label of ours from Git', anObject('v1', 'Secret', 'web/a', { metadata: { labels: { 'capstan.dev/repository-credential': 'true' } } }), {}, { code: 'INVALID_OBJECT' }],
    ['an object without a name', anObject('v1', 'ConfigMap', ''), {}, { code: 'INVALID_OBJECT' }],
    ['a kind that the cluster lacks', anObject('example.com/v1', 'Unheard', 'web/a'), {}, { code: 'KIND_NOT_FOUND', object: 'Unheard.example.com web/a', apiVersion: 'example.com/v1' }],
    ['an object without any namespace', anObject('v1', 'ConfigMap', 'a'), { defaultNamespace: '' }, { code: 'INVALID_OBJECT', reason: 'it has no namespace, and neither has its application' }],
    ["an object in the agent's namespace", anObject('v1', 'ConfigMap', 'capstan-system/a'), {}, { code: 'RESERVED_NAMESPACE', object: 'ConfigMap capstan-system/a' }],
    ["an object that would come into the agent's namespace by default", anObject('v1', 'ConfigMap', 'a'), { defaultNamespace: 'capstan-system' }, { code: 'RESERVED_NAMESPACE' }],
    ["the agent's namespace itself", anObject('v1', 'Namespace', 'capstan-system'), {}, { code: 'RESERVED_NAMESPACE' }],
    ["an object of the agent's chart", anObject('rbac.authorization.k8s.io/v1', 'ClusterRole', 'capstan-agent'), {}, { code: 'RESERVED_NAMESPACE' }],
  ])('refuses %s', (_name, object, more, error) => {
    expect(prepareObject(object, { ...context, ...more })).toMatchObject({ ok: false, error });
  });
});

describe('renderedScopes', () => {
  it('knows the kinds that the render defines', () => {
    const crd = (kind: string, scope: string): KubeObject => anObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `${kind}s.example.com`, { spec: { group: 'example.com', scope, names: { kind } } });
    expect([...renderedScopes([crd('Widget', 'Namespaced'), crd('Zone', 'Cluster'), anObject('v1', 'ConfigMap', 'a')])]).toEqual([['example.com/Widget', 'NAMESPACED'], ['example.com/Zone', 'CLUSTER']]);
  });
});
