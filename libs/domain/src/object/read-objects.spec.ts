import { parseKubernetesYaml, readObjects, type ReadObjectsFailure, type ReadObjectsRules, type SourcedObject } from '#domain';
import type { Result } from '#kernel';
import { describe, expect, it } from '@jest/globals';

const RULES: ReadObjectsRules = { namespace: 'web', reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' }, maxObjects: 100 };
const read = (text: string, rules: Partial<ReadObjectsRules> = {}): Result<readonly SourcedObject[], ReadObjectsFailure> => {
  const parsed = parseKubernetesYaml(text, 'a.yaml');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return readObjects(parsed.value.map((document) => ({ ...document, file: 'a.yaml' })), { ...RULES, ...rules });
};
const names = (text: string): readonly string[] => {
  const result = read(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.map(({ object }) => object.metadata.name);
};
const object = (kind: string, metadata: string, apiVersion = 'v1'): string => `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {${metadata}}}`;

describe('readObjects', () => {
  it('flattens lists, nested ones and typed ones, and knows an object of a kind that ends in List', () => {
    expect(names(`apiVersion: v1\nkind: List\nitems:\n- ${object('A', 'name: a')}\n- {apiVersion: v1, kind: List, items: [${object('A', 'name: b')}]}\n`)).toEqual(['a', 'b']);
    expect(names(`{apiVersion: v1, kind: ConfigMapList, items: [${object('ConfigMap', 'name: c')}]}`)).toEqual(['c']);
    expect(names(object('AllowList', 'name: d', 'x.io/v1'))).toEqual(['d']);
    expect(names(`{apiVersion: x.io/v1, kind: AllowList, metadata: {name: e}, items: [1]}`)).toEqual(['e']);
  });

  it('names a hook that has generateName alone, the same whenever it is read, and each of two by what it is', () => {
    const hook = (more: string): string => `{apiVersion: batch/v1, kind: Job, metadata: {generateName: seed-, annotations: {argocd.argoproj.io/hook: PreSync}}, spec: {${more}}}`;
    const both = read(`${hook('a: 1')}\n---\n${hook('a: 2')}`);
    if (!both.ok) throw new Error(both.error.message);
    const [first, second] = both.value.map(({ object: one }) => one);
    expect([first?.metadata.name, second?.metadata.name]).toEqual([expect.stringMatching(/^seed-[0-9a-f]{8}$/), expect.stringMatching(/^seed-[0-9a-f]{8}$/)]);
    expect(first?.metadata.name).not.toBe(second?.metadata.name);
    const again = read(JSON.stringify(first));
    expect(again.ok && again.value[0]?.object).toEqual(first);
    expect(read(`${hook('a: 1')}\n---\n${hook('a: 1')}`)).toMatchObject({ ok: false, error: { code: 'DUPLICATE_OBJECT' } });
  });

  it('takes no notice of generateName beside a name', () => {
    const result = read(object('A', 'name: a, generateName: b-'));
    expect(result.ok && result.value[0]?.object.metadata).toEqual({ name: 'a' });
  });

  it('keeps unknown fields and leaves out what only the server says', () => {
    const result = read('apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: "", labels: null, uid: x, resourceVersion: "1", creationTimestamp: null, generation: 2, managedFields: [], newThing: 1}\nspec: {newThing: [1]}\n');
    expect(result).toMatchObject({ ok: true, value: [{ line: 1, file: 'a.yaml' }] });
    expect(result.ok && result.value[0]?.object).toEqual({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a', newThing: 1 }, spec: { newThing: [1] } });
  });

  it.each<[string, string, string]>([
    ['a scalar', 'just text', 'not a Kubernetes object'],
    ['a list', '- a', 'not a Kubernetes object'],
    ['values', 'replicas: 1', 'neither apiVersion nor kind'],
    ['no apiVersion', '{kind: A, metadata: {name: a}}', 'apiVersion'],
    ['an apiVersion with a path', object('A', 'name: a', '../../v1'), 'apiVersion'],
    ['no kind', '{apiVersion: v1, metadata: {name: a}}', 'kind'],
    ['no metadata', '{apiVersion: v1, kind: A}', 'metadata is missing'],
    ['no name', object('A', 'namespace: a'), 'metadata.name is missing'],
    ['generateName', object('A', 'generateName: a-'), 'generateName'],
    ['a number as name', object('A', 'name: 1'), 'quote it'],
    ['a name that is a path', object('A', 'name: ../x'), 'not a name'],
    ['a namespace that is a path', object('A', 'name: a, namespace: a/b'), 'metadata.namespace'],
    ['a label that is no text', object('A', 'name: a, labels: {version: 1.10}'), 'metadata.labels["version"]'],
    ['an annotation that is no text', object('A', 'name: a, annotations: {x: yes}'), 'metadata.annotations["x"]'],
    ['labels that are no mapping', object('A', 'name: a, labels: [a]'), 'metadata.labels'],
    ['finalizers that are no list', object('A', 'name: a, finalizers: x'), 'finalizers'],
    ['an item of a list that is none', '{apiVersion: v1, kind: List, items: [null]}', 'not a Kubernetes object'],
  ])('refuses %s', (_name, text, what) => {
    const result = read(`# first\n---\n${text}\n`);
    expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_OBJECT', file: 'a.yaml', line: 3, message: expect.stringContaining(what) } });
  });

  it('refuses the same object twice, whatever its version, default namespace counted', () => {
    expect(read(`${object('A', 'name: a', 'x.io/v1')}\n---\n${object('A', 'name: a, namespace: web', 'x.io/v2')}\n`)).toMatchObject({
      ok: false, error: { code: 'DUPLICATE_OBJECT', line: 3, message: 'a.yaml:3: A.x.io web/a is declared twice, first in a.yaml:1' },
    });
    expect(read(`${object('A', 'name: a')}\n---\n${object('A', 'name: a, namespace: other')}\n---\n${object('A', 'name: a', 'x.io/v1')}\n`).ok).toBe(true);
  });

  it.each<[string, string, Partial<ReadObjectsRules>]>([
    ['an object in the namespace of the agent', object('A', 'name: a, namespace: capstan-system'), {}],
    ['the namespace of the agent', object('Namespace', 'name: capstan-system'), {}],
    ['an object that would go to the namespace of the agent', object('A', 'name: a'), { namespace: 'capstan-system' }],
    ['an object with the label of the chart', object('ClusterRole', 'name: a, labels: {app.kubernetes.io/part-of: capstan-agent}'), {}],
    ['an object of the release of the chart', object('ClusterRole', 'name: a, annotations: {meta.helm.sh/release-namespace: capstan-system}'), {}],
    ['one in a list', `{apiVersion: v1, kind: List, items: [${object('A', 'name: a, namespace: capstan-system')}]}`, {}],
  ])('refuses %s', (_name, text, rules) => {
    expect(read(text, rules)).toMatchObject({ ok: false, error: { code: 'RESERVED_NAMESPACE', file: 'a.yaml' } });
  });

  it('never takes nothing for a success, and has a limit', () => {
    expect(read('# nothing\n')).toMatchObject({ ok: false, error: { code: 'NO_OBJECTS' } });
    expect(read('{apiVersion: v1, kind: List, items: []}')).toMatchObject({ ok: false, error: { code: 'NO_OBJECTS' } });
    expect(read(`${object('A', 'name: a')}\n---\n${object('A', 'name: b')}`, { maxObjects: 1 })).toMatchObject({ ok: false, error: { code: 'RENDER_LIMIT_EXCEEDED' } });
  });
});
