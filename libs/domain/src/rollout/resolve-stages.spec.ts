import { DEFAULT_STRATEGY, resolveStages, stageForLateTarget, type Labels, type StageSpec, type TargetToPlace } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { idOf } from './testing/rollout-rows.js';

const target = (cluster: string, labels: Labels = {}, rest: Partial<TargetToPlace> = {}): TargetToPlace => ({ id: idOf(cluster), cluster, labels, facts: undefined, isOnline: true, ...rest });
const spec = (name: string, rest: Partial<StageSpec> = {}): StageSpec => ({
  name, selector: { all: true, matchLabels: {}, matchExpressions: [] }, failureBudget: 0, deadlineSeconds: 600, soakSeconds: 0, order: { by: 'NAME' }, before: [], after: [], ...rest,
});
const where = (key: string, value: string): StageSpec['selector'] => ({ all: false, matchLabels: { [key]: value }, matchExpressions: [] });
const fleet = (...names: readonly string[]): readonly TargetToPlace[] => names.map((name) => target(name));
const placed = (stages: readonly StageSpec[], targets: readonly TargetToPlace[]): readonly string[] => {
  const nameOf = new Map(targets.map(({ id, cluster }) => [id, cluster]));
  return resolveStages(stages, targets).map(({ id, stage, reason }) => `${nameOf.get(id) ?? ''}:${stage ?? ''}:${reason}`);
};

describe('resolveStages', () => {
  it.each<[string, readonly StageSpec[], readonly TargetToPlace[], readonly string[]]>([
    ['takes what it selects', [spec('eu', { selector: where('region', 'eu') })], [target('a', { region: 'eu' }), target('b', { region: 'us' })], ['a:eu:MATCHED', 'b::NO_STAGE']],
    ['the first of two that overlap takes a target', [spec('eu', { selector: where('region', 'eu') }), spec('all')], [target('a', { region: 'eu' }), target('b')], ['a:eu:MATCHED', 'b:all:MATCHED']],
    ['takes nobody', [spec('mars', { selector: where('planet', 'mars') }), spec('all')], fleet('a'), ['a:all:MATCHED']],
    ['what is too much for one spills into the next', [spec('one', { limit: 1 }), spec('all')], fleet('a', 'b'), ['a:one:MATCHED', 'b:all:SPILLED']],
    ['what is too much for all takes no part', [spec('one', { limit: 1 }), spec('two', { limit: 1 })], fleet('a', 'b', 'c'), ['a:one:MATCHED', 'b:two:SPILLED', 'c::NO_STAGE']],
    ['a share is one of all targets, rounded up', [spec('share', { limit: '20%' }), spec('all')], fleet('a', 'b', 'c', 'd', 'e', 'f'), ['a:share:MATCHED', 'b:share:MATCHED', 'c:all:SPILLED', 'd:all:SPILLED', 'e:all:SPILLED', 'f:all:SPILLED']],
    ['a share counts also those that others took', [spec('first', { limit: 1 }), spec('half', { limit: '50%' }), spec('all')], fleet('a', 'b', 'c', 'd'), ['a:first:MATCHED', 'b:half:SPILLED', 'c:half:SPILLED', 'd:all:SPILLED']],
    ['a limit beyond all is none', [spec('many', { limit: 99 })], fleet('a'), ['a:many:MATCHED']],
    ['all of it', [spec('all', { limit: '100%' })], fleet('a', 'b', 'c'), ['a:all:MATCHED', 'b:all:MATCHED', 'c:all:MATCHED']],
    ['a small fleet is all canary', DEFAULT_STRATEGY.stages, fleet('a'), ['a:canary:MATCHED']],
    ['a limit prefers who is connected', [spec('one', { limit: 1 }), spec('all')], [target('a', {}, { isOnline: false }), target('b')], ['b:one:MATCHED', 'a:all:SPILLED']],
    ['a limit takes who is away where nobody else is', [spec('one', { limit: 1 })], [target('a', {}, { isOnline: false })], ['a:one:MATCHED']],
    ['who is away keeps its place where all are taken', [spec('all', { limit: 2 })], [target('a', {}, { isOnline: false }), target('b')], ['a:all:MATCHED', 'b:all:MATCHED']],
    ['facts narrow', [spec('new', { selector: { all: true, matchLabels: {}, matchExpressions: [{ key: 'facts.capstan.dev/version', operator: 'In', values: ['v1.36'] }] } }), spec('all')], [target('a', {}, { facts: { version: 'v1.36' } }), target('b')], ['a:new:MATCHED', 'b:all:MATCHED']],
    ['nobody at all', [spec('all')], [], []],
  ])('%s', (_name, stages, targets, expected) => {
    expect(placed(stages, targets)).toEqual(expected);
  });

  const regions = [target('a', { region: 'eu' }), target('b', { region: 'eu' }), target('c', { region: 'us' }), target('d', { region: 'eu' }), target('e', { region: 'ap' }), target('f')];
  it.each<[string, StageSpec['order'], string]>([
    ['by name', { by: 'NAME' }, 'abcdef'],
    ['by label, then by name; without it first', { by: 'LABEL', label: 'region' }, 'feabdc'],
    ['spread: one of each in turn', { by: 'SPREAD', label: 'region' }, 'feacbd'],
    ['by a label that nobody has', { by: 'LABEL', label: 'constructor' }, 'abcdef'],
    ['spread over a label that nobody has', { by: 'SPREAD', label: 'x' }, 'abcdef'],
  ])('takes its targets %s', (_name, order, expected) => {
    const names = (stages: readonly StageSpec[]): string => placed(stages, regions).map((line) => line.charAt(0)).join('');
    expect(names([spec('all', { order })])).toBe(expected);
    expect(names([spec('some', { order, limit: 3 })]).slice(0, 3)).toBe(expected.slice(0, 3));
  });

  it('orders names by code units, whatever the language of the machine', () => {
    expect(placed([spec('all')], fleet('b', 'a-1', 'a1', 'a'))).toEqual(['a:all:MATCHED', 'a-1:all:MATCHED', 'a1:all:MATCHED', 'b:all:MATCHED']);
  });

  it('spreads twenty thousand clusters over ten thousand values at once', () => {
    const wide = Array.from({ length: 20_000 }, (_, n) => target(`c${n}`.slice(0, 6), { x: n < 10_000 ? 'same' : String(n) }, { id: idOf(String(n)) }));
    expect(resolveStages([spec('all', { order: { by: 'SPREAD', label: 'x' } })], wide)).toHaveLength(20_000);
  }, 5_000);

  it('places every target once, within limits, the same whatever order they come in', () => {
    const stage = fc.record({ limit: fc.option(fc.constantFrom<NonNullable<StageSpec['limit']>>(1, 2, '20%', '34%', '100%'), { nil: undefined }), region: fc.option(fc.constantFrom('eu', 'us'), { nil: undefined }), by: fc.constantFrom('NAME', 'LABEL', 'SPREAD') });
    const cluster = fc.record({ region: fc.constantFrom('eu', 'us', 'ap'), isOnline: fc.boolean() });
    fc.assert(fc.property(fc.array(stage, { maxLength: 4 }), fc.array(cluster, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (stages, clusters, random) => {
      const specs = stages.map(({ limit, region, by }, n) => spec(`s${n}`, { ...(limit === undefined ? {} : { limit }), ...(region === undefined ? {} : { selector: where('region', region) }), order: by === 'NAME' ? { by } : { by: by === 'LABEL' ? 'LABEL' : 'SPREAD', label: 'region' } }));
      const targets = clusters.map(({ region, isOnline }, n) => target(`c${n}`, { region }, { isOnline }));
      const result = resolveStages(specs, targets);
      const keys = new Map(targets.map(({ id }) => [id, random.next().value]));
      expect(resolveStages(specs, targets.toSorted((a, b) => (keys.get(a.id) ?? 0) - (keys.get(b.id) ?? 0)))).toEqual(result);
      expect(result.map(({ id }) => id).toSorted()).toEqual(targets.map(({ id }) => id).toSorted());
      for (const { name, limit } of specs) {
        const share = typeof limit === 'string' ? Math.ceil((Number.parseInt(limit, 10) * targets.length) / 100) : (limit ?? targets.length);
        expect(result.filter((one) => one.stage === name).length).toBeLessThanOrEqual(share);
      }
      for (const { stage: name, reason } of result) expect(reason === 'NO_STAGE').toBe(name === undefined);
    }));
  });
});

describe('stageForLateTarget', () => {
  it.each<[string, readonly StageSpec[], Labels, string | undefined]>([
    ['the last that selects it', [spec('one', { limit: 1 }), spec('eu', { selector: where('region', 'eu') }), spec('us', { selector: where('region', 'us') })], { region: 'eu' }, 'eu'],
    ['full or not', [spec('one', { limit: 1 }), spec('two', { limit: 1 })], {}, 'two'],
    ['none', [spec('us', { selector: where('region', 'us') })], {}, undefined],
  ])('goes into %s', (_name, stages, labels, expected) => {
    expect(stageForLateTarget(stages, { labels, facts: undefined })).toBe(expected);
  });
});
