import { chooseVersion, exactVersion, judgeVersionRange } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { assert, property, shuffledSubarray, string } from 'fast-check';

const VERSIONS = ['5.0.0', '6.0.0', '6.5.0', '6.5.1', '6.6.0-rc.1', '7.0.0+build.2', '7.0.0+build.1', 'latest', 'sha-abc', '6.10.0', 'v8.0.0'];

describe('choosing a version', () => {
  it.each([
    ['6.x', '6.10.0'],
    ['6.5.x', '6.5.1'],
    ['^6.0', '6.10.0'],
    ['~6.5.0', '6.5.1'],
    ['>=5.0.0, <6.5.0', '6.0.0'],
    ['>= 5 < 6', '5.0.0'],
    ['5.0.0 - 6.4.0', '6.0.0'],
    ['1.x || 5.x', '5.0.0'],
    ['>=6.6.0-0 <6.7.0', '6.6.0-rc.1'],
    ['7.x', '7.0.0+build.2'],
    ['7.0.0+build.1', '7.0.0+build.1'],
    ['*', 'v8.0.0'],
    ['8.0.0', 'v8.0.0'],
  ])('%s is %s', (range, version) => {
    expect(chooseVersion(range, VERSIONS)).toBe(version);
  });

  it.each(['9.x', '6.5.2', '7.0.0', '<1.0.0'])('nothing fits %s', (range) => {
    expect(chooseVersion(range, VERSIONS)).toBeUndefined();
  });

  it('does not depend on the order of the list', () => {
    const whole = shuffledSubarray(VERSIONS, { minLength: VERSIONS.length });
    assert(property(whole, (versions) => chooseVersion('>=6.0.0', versions) === 'v8.0.0' && chooseVersion('7.x', versions) === '7.0.0+build.2'));
  });

  it('never throws, whatever stands for a range', () => {
    assert(property(string(), (range) => (judgeVersionRange(range) === undefined || chooseVersion(range, VERSIONS) === undefined)));
  });

  it('says which text allows one version alone', () => {
    expect(['6.5.0', 'v6.5.0', '6.5.0+b1', '6.x', '6.5', '=6.5.0'].map(exactVersion)).toEqual(['6.5.0', 'v6.5.0', '6.5.0+b1', undefined, undefined, undefined]);
  });
});
