import { describe, expect, it } from '@jest/globals';
import { chooseKills, LONG, SHORT } from './choose-kills.js';

describe('chooseKills', () => {
  it.each([
    ['a little', {}, SHORT],
    ['a lot', { CAPSTAN_TEST_LONG: '1' }, LONG],
    ['another seed', { CAPSTAN_KILL_SEED: '12' }, { ...SHORT, seed: 12 }],
    ['as many as asked for', { CAPSTAN_KILLS: '40', CAPSTAN_KILL_CLUSTERS: '50' }, { ...SHORT, kills: 40, clusters: 50 }],
    ['the whole fleet for many', { CAPSTAN_KILLS: '200' }, LONG],
  ])('gives %s', (_what, env, wanted) => {
    expect(chooseKills(env)).toEqual(wanted);
  });

  it.each(['0', '-3', 'many', '1.5'])('refuses %s', (text) => {
    expect(() => chooseKills({ CAPSTAN_KILLS: text })).toThrow(/CAPSTAN_KILLS is a whole number from 1 on/);
  });
});
