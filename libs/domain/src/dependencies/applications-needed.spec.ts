import { applicationsNeeded, findDependencyCycle, strategyOf, type StrategyInput } from '#domain';
import { describe, expect, it } from '@jest/globals';

const waitsFor = (...names: readonly string[]): StrategyInput => ({
  kind: 'STAGED', stages: [{ name: 'all', selector: { all: true }, before: names.map((application) => ({ name: application, rollout: { application } })), after: [{ name: 'people', approval: {} }] }],
});

function needed(dependsOn: readonly string[], strategy: StrategyInput): readonly string[] {
  return applicationsNeeded({ dependsOn, strategy: strategyOf(strategy).value });
}

describe('what an application waits for', () => {
  it.each<[string, readonly string[], StrategyInput, readonly string[]]>([
    ['nothing', [], { kind: 'ALL_AT_ONCE' }, []],
    ['what it needs on its cluster', ['certs'], { kind: 'ALL_AT_ONCE' }, ['certs']],
    ['what its rollouts wait for, each once', ['certs'], waitsFor('queue', 'certs'), ['certs', 'queue']],
  ])('%s', (_name, dependsOn, strategy, expected) => {
    expect(needed(dependsOn, strategy)).toEqual(expected);
  });

  it('is a circle where one goes by a gate and the other by dependsOn', () => {
    const graph = new Map([['payments', needed([], waitsFor('queue'))], ['queue', needed(['payments'], { kind: 'ALL_AT_ONCE' })]]);
    expect(findDependencyCycle(graph)).toEqual(['payments', 'queue', 'payments']);
    expect(findDependencyCycle(new Map([['payments', needed([], waitsFor('payments'))]]))).toEqual(['payments', 'payments']);
  });
});
