import { describe, expect, it } from '@jest/globals';
import { digestOfJson } from '#kernel';
import { resolveForCluster, type ParameterCluster, type PatchSpec } from '#domain';

const cluster: ParameterCluster = { name: 'eu-1', labels: { env: 'prod' }, facts: undefined };
const patch = (text: string, labels?: { readonly [key: string]: string }): PatchSpec => ({
  target: { kind: 'Deployment' }, patch: text, ...(labels === undefined ? {} : { clusters: { all: false, matchLabels: labels, matchExpressions: [] } }),
});

describe('resolveForCluster', () => {
  it('gives a cluster its patches in order, with templates resolved', () => {
    const patches = [patch('a: {{ cluster.name }}'), patch('b: 1', { env: 'test' }), patch('c: 2', { env: 'prod' })];
    expect(resolveForCluster({ parameters: {}, patches }, cluster)).toEqual({
      ok: true,
      value: { parameters: {}, parametersDigest: digestOfJson({}), patches: [{ target: { kind: 'Deployment' }, patch: 'a: eu-1', place: 0 }, { target: { kind: 'Deployment' }, patch: 'c: 2', place: 2 }] },
    });
  });

  it.each<[string, readonly PatchSpec[] | undefined]>([['none are given', undefined], ['none is for the cluster', [patch('b: 1', { env: 'test' })]]])('has no member for patches when %s', (_name, patches) => {
    expect(resolveForCluster({ parameters: {}, ...(patches === undefined ? {} : { patches }) }, cluster)).toEqual({ ok: true, value: { parameters: {}, parametersDigest: digestOfJson({}) } });
  });

  it('names the patch whose template the cluster cannot fill', () => {
    expect(resolveForCluster({ parameters: {}, patches: [patch('a: 1'), patch('b: {{ cluster.labels.region }}')] }, cluster)).toMatchObject({
      ok: false, error: { code: 'PARAMETER_MISSING', parameter: 'patches[1]', reference: 'cluster.labels.region' },
    });
  });
});
