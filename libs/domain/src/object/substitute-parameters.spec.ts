import { substituteParameters } from '#domain';
import type { Json } from '#kernel';
import { describe, expect, it } from '@jest/globals';

const PARAMETERS = { name: 'web', replicas: 3, on: true, nothing: null, list: [1, 2], host: { name: 'a.example', port: 80 }, 'a.b': 'flat', evil: '${name}\nkind: Secret' };

describe('substituteParameters', () => {
  it.each<[string, Json, Json]>([
    ['a whole text keeps the type', { spec: { replicas: '${replicas}', paused: '${on}', ports: '${list}', host: '${host}', x: '${nothing}' } }, { spec: { replicas: 3, paused: true, ports: [1, 2], host: PARAMETERS.host, x: null } }],
    ['part of a text is text', { a: 'x-${name}-${replicas}-${on}' }, { a: 'x-web-3-true' }],
    ['nested and dotted names', ['${host.name}:${host.port}', '${a.b}'], ['a.example:80', 'flat']],
    ['an escape', ['$${name}', 'a $${name} ${name}', '$$${name}'], ['${name}', 'a ${name} web', '$${name}']],
    ['what is no reference stays', ['$name ${} ${name:-x} ${#a} ${1} $(name) ${ name }', '$'], ['$name ${} ${name:-x} ${#a} ${1} $(name) ${ name }', '$']],
    ['values are not searched again, and add no key', { a: '${evil}' }, { a: '${name}\nkind: Secret' }],
    ['keys are left alone', { '${name}': 1 }, { '${name}': 1 }],
    ['labels, annotations, arguments and environment are text', { metadata: { labels: { a: '${replicas}' }, annotations: { b: '${on}' } }, spec: { args: ['${replicas}'], env: [{ name: 'A', value: '${replicas}' }], value: '${replicas}' } }, { metadata: { labels: { a: '3' }, annotations: { b: 'true' } }, spec: { args: ['3'], env: [{ name: 'A', value: '3' }], value: 3 } }],
    ['data of a ConfigMap is text', { kind: 'ConfigMap', data: { a: '${replicas}' } }, { kind: 'ConfigMap', data: { a: '3' } }],
    ['data of another kind is not', { kind: 'Chart', data: { a: '${replicas}' } }, { kind: 'Chart', data: { a: 3 } }],
  ])('%s', (_name, document, expected) => {
    expect(substituteParameters(document, PARAMETERS)).toEqual({ ok: true, value: expected });
  });

  it.each<[string, Json, object]>([
    ['a missing one', { spec: { image: ['x:${tag}'] } }, { code: 'PARAMETER_MISSING', parameter: 'tag', path: 'spec.image[0]' }],
    ['a missing member', { a: '${host.nope}' }, { code: 'PARAMETER_MISSING', parameter: 'host.nope', path: 'a' }],
    ['what every object inherits', { a: '${constructor}' }, { code: 'PARAMETER_MISSING', parameter: 'constructor', path: 'a' }],
    ['a member of a text', { a: '${name.length}' }, { code: 'PARAMETER_MISSING', parameter: 'name.length', path: 'a' }],
    ['a list inside text', { a: 'x ${list}' }, { code: 'PARAMETER_INVALID', parameter: 'list', path: 'a' }],
    ['null inside text', { a: 'x ${nothing}' }, { code: 'PARAMETER_INVALID', parameter: 'nothing', path: 'a' }],
    ['a mapping where text stands', { metadata: { labels: { a: '${host}' } } }, { code: 'PARAMETER_INVALID', parameter: 'host', path: 'metadata.labels.a' }],
  ])('names %s', (_name, document, error) => {
    expect(substituteParameters(document, PARAMETERS)).toEqual({ ok: false, error });
  });

  it('changes nothing that it was given and keeps __proto__ inert', () => {
    const document: Json = Object.freeze(JSON.parse('{"__proto__":{"a":"${name}"},"b":"${name}"}'));
    const result = substituteParameters(document, PARAMETERS);
    expect(JSON.stringify(result.ok && result.value)).toBe('{"__proto__":{"a":"web"},"b":"web"}');
    expect(JSON.stringify(document)).toContain('${name}');
  });
});
