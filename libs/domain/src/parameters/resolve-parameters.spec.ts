import { checkParameters, resolveParameters, type ParameterCluster } from '#domain';
import { digestOfJson, type Json, type JsonObject } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const cluster: ParameterCluster = {
  name: 'eu-1',
  labels: { size: '3', 'app.example.com/tier': 'web', 'dotted.key': 'd' },
  facts: { nodes: 5, gpu: true, version: 'v1.36.3' },
};
const resolved = (value: Json): Json | undefined => {
  const result = resolveParameters({ value }, cluster);
  return result.ok ? result.value.parameters['value'] : undefined;
};

describe('resolveParameters', () => {
  it.each<[string, Json, Json]>([
    ['the name of the cluster', '{{ cluster.name }}', 'eu-1'],
    ['no blanks', '{{cluster.name}}', 'eu-1'],
    ['a label stays a text', '{{ cluster.labels.size }}', '3'],
    ['a label with dots and a slash', '{{ cluster.labels.app.example.com/tier }}', 'web'],
    ['the same in brackets', '{{ cluster.labels["app.example.com/tier"] }}', 'web'],
    ['single quotes', "{{ cluster.labels[ 'dotted.key' ] }}", 'd'],
    ['a whole-value fact keeps its number', '{{ cluster.facts.nodes }}', 5],
    ['a whole-value fact keeps its boolean', '{{ cluster.facts["gpu"] }}', true],
    ['inside a text it is written out', 'n={{ cluster.facts.nodes }},g={{ cluster.facts.gpu }}', 'n=5,g=true'],
    ['a blank around makes it a text', ' {{ cluster.facts.nodes }}', ' 5'],
    ['literal braces', '{{ "{{" }} .Values.x }}', '{{ .Values.x }}'],
    ['literal braces in quotes', '{{ "{{ }}" }}', '{{ }}'],
    ['a single brace is nothing', '{ cluster.name }', '{ cluster.name }'],
    ['other types', [1, null, false, 1.5], [1, null, false, 1.5]],
    ['deep inside', { a: [{ b: '{{ cluster.name }}' }] }, { a: [{ b: 'eu-1' }] }],
    ['names are no templates', { '{{ cluster.name }}': 1 }, { '{{ cluster.name }}': 1 }],
    ['a resolved value is not read again', '{{ "{{" }} cluster.name }}', '{{ cluster.name }}'],
    ['an empty text', '', ''],
  ])('%s', (_name, value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['a label', '{{ cluster.labels.missing }}', 'cluster.labels.missing'],
    ['an inherited member', '{{ cluster.labels.constructor }}', 'cluster.labels.constructor'],
    ['a fact', 'x-{{ cluster.facts.region }}', 'cluster.facts.region'],
  ])('names %s that is missing, and where', (_name, value, reference) => {
    expect(resolveParameters({ a: [{ b: value }] }, cluster)).toEqual({ ok: false, error: { code: 'PARAMETER_MISSING', parameter: 'a[0].b', reference } });
  });

  it('takes unknown facts for missing, not for empty', () => {
    expect(resolveParameters({ a: '{{ cluster.facts.nodes }}' }, { ...cluster, facts: undefined })).toMatchObject({ ok: false, error: { code: 'PARAMETER_MISSING' } });
  });

  it.each(['{{ cluster.name', '{{ }}', '{{ name }}', '{{ cluster.labels }}', '{{ cluster.labels.a b }}', '{{ cluster.labels["a" }}', '{{ cluster.name | upper }}', '{{ cluster.facts.a/b }}', '{{ .Values.x }}', '{{ "}} '])(
    'refuses %j, with the same words before any cluster is known',
    (template) => {
      const failure = { code: 'PARAMETER_INVALID', parameter: 'a', template: template.trim() };
      expect(resolveParameters({ a: template }, cluster)).toMatchObject({ ok: false, error: failure.template === '{{ "}}' ? { code: failure.code } : failure });
      expect(checkParameters({ a: template })).toMatchObject({ code: 'PARAMETER_INVALID', parameter: 'a' });
    },
  );

  it('is bounded in depth and size, before and after', () => {
    const deep = Array.from({ length: 40 }).reduce<JsonObject>((inner) => ({ a: inner }), {});
    expect(checkParameters(deep)).toMatchObject({ code: 'PARAMETER_INVALID', reason: 'more than 32 levels deep' });
    expect(checkParameters({ a: 'x'.repeat(300_000) })).toMatchObject({ code: 'PARAMETER_INVALID', reason: 'larger than 256 KiB' });
    const bomb = { a: '{{cluster.facts.a}}'.repeat(5_000) };
    expect(checkParameters(bomb)).toBeUndefined();
    expect(resolveParameters(bomb, { ...cluster, facts: { a: 'x'.repeat(256) } })).toMatchObject({ ok: false, error: { code: 'PARAMETER_INVALID', reason: 'larger than 256 KiB' } });
  });

  it('changes nothing without templates, and the digest is that of the values whatever their order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (values) => {
        const parameters = JSON.parse(JSON.stringify(values)) as JsonObject;
        fc.pre(!JSON.stringify(parameters).includes('{{'));
        const turned = Object.fromEntries(Object.entries(parameters).toReversed());
        expect(resolveParameters(turned, cluster)).toEqual({ ok: true, value: { parameters, digest: digestOfJson(parameters) } });
      }),
    );
  });
});
