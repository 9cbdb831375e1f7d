import { describe, expect, it } from '@jest/globals';
import { chooseSeeds, SEEDS } from './choose-seeds.js';

describe('chooseSeeds', () => {
  it.each([
    ['five that never change', {}, SEEDS],
    ['one, to repeat it', { CAPSTAN_FAULT_SEED: '42' }, [42]],
    ['as many as asked for', { CAPSTAN_FAULT_SCHEDULES: '3', CAPSTAN_TEST_LONG: '1' }, [2_000, 2_001, 2_002]],
    ['the rest of a run that ended early', { CAPSTAN_FAULT_SEED: '1057', CAPSTAN_FAULT_SCHEDULES: '2' }, [1_057, 1_058]],
  ])('gives %s', (_name, env, seeds) => {
    expect(chooseSeeds(env)).toEqual(seeds);
  });

  it('gives a hundred for a long run', () => {
    expect(chooseSeeds({ CAPSTAN_TEST_LONG: '1' })).toHaveLength(100);
  });

  it.each(['0', '-1', 'many', '1.5'])('refuses %s', (text) => {
    expect(() => chooseSeeds({ CAPSTAN_FAULT_SEED: text })).toThrow('whole numbers');
  });
});
