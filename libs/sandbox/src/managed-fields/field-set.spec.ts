import { describe, expect, it } from '@jest/globals';
import { difference, EMPTY_SET, fromFieldsV1, intersection, isEmptySet, pathsOf, setOf, toFieldsV1, union, withoutBranches } from './field-set.js';
import { formatPath, keyElement } from './path-element.js';

describe('field sets', () => {
  const left = setOf('spec.replicas', 'spec.template.image', 'metadata.labels.app');
  const right = setOf('spec.replicas', 'data.a');

  it.each([
    ['union', union(left, right), ['.data.a', '.metadata.labels.app', '.spec.replicas', '.spec.template.image']],
    ['difference', difference(left, right), ['.metadata.labels.app', '.spec.template.image']],
    ['intersection', intersection(left, right), ['.spec.replicas']],
    ['without a branch', withoutBranches(left, setOf('spec')), ['.metadata.labels.app']],
  ])('%s', (_name, set, expected) => {
    expect(pathsOf(set).map(formatPath)).toEqual(expected);
  });

  it('leaves no empty branches behind', () => {
    expect(isEmptySet(difference(left, left))).toBe(true);
    expect(difference(left, left)).toEqual(EMPTY_SET);
  });

  it('keeps the difference between a member with children and a mere branch in fieldsV1', () => {
    const json = { 'f:spec': { 'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } } };
    expect(toFieldsV1(fromFieldsV1(json))).toEqual(json);
    expect(pathsOf(fromFieldsV1(json)).map(formatPath)).toEqual(['.spec.ports', '.spec.ports[port=80,protocol="TCP"]', '.spec.ports[port=80,protocol="TCP"].port']);
  });

  it('spells keys in one order', () => {
    expect(keyElement({ protocol: 'TCP', port: 80 })).toBe(keyElement({ port: 80, protocol: 'TCP' }));
  });
});
