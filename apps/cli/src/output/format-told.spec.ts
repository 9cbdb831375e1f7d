import { describe, expect, it } from '@jest/globals';
import { formatTold, ROLLOUT_WORDS, type RolloutWord } from './format-told.js';

const NOW = new Date('2026-11-26T10:00:00Z');
const SHOP = { application: 'shop', project: 'default' };
const waiting = { number: 9, state: 'RUNNING', hurdles: [{ kind: 'APPROVAL', stage: 'eu', gate: 'qa', message: 'Gate qa before stage eu waits for 1 more approval: approveGate.', until: null }] };
const WAITS = "waits: Gate qa before stage eu waits for 1 more approval.\n       capstan rollout approve shop eu/qa -n 9 --comment '...'\n";

describe('formatTold', () => {
  it('says that it is done, and what the rollout waits for now', () => {
    expect(formatTold('approve', { hasChanged: true, rollout: waiting }, SHOP, NOW)).toBe(`rollout 9 of app/shop: approve done, it is RUNNING\n${WAITS}`);
    expect(formatTold('approve', { hasChanged: null, rollout: { ...waiting, hurdles: [] } }, SHOP, NOW)).toBe('rollout 9 of app/shop: approve done, it is RUNNING\n');
  });

  it('asks nobody to approve twice', () => {
    expect(formatTold('approve', { hasChanged: true, rollout: waiting }, SHOP, NOW, { stage: 'eu', gate: 'qa' })).toBe('rollout 9 of app/shop: approve done, it is RUNNING\nwaits: Gate qa before stage eu waits for 1 more approval, by others.\n');
    expect(formatTold('approve', { hasChanged: true, rollout: waiting }, SHOP, NOW, { stage: 'eu', gate: 'other' })).toContain(WAITS);
  });

  it('does not tell who has just paused it that it is paused', () => {
    expect(formatTold('pause', { hasChanged: true, rollout: { ...waiting, state: 'PAUSED' } }, SHOP, NOW)).toBe('rollout 9 of app/shop: pause done, it is PAUSED\n');
  });

  it.each<[RolloutWord, string]>([
    ['resume', 'it was not paused'], ['retry', 'nothing in it has failed'], ['approve', 'you have approved this gate already'], ['promote', 'the stage at which it stands is promoted already'], ['pause', 'it is paused already'],
  ])('%s with nothing to do says what is so: %s', (word, already) => {
    expect(formatTold(word, { hasChanged: false, rollout: waiting }, SHOP, NOW)).toBe(`rollout 9 of app/shop: nothing to do: ${already}; it is RUNNING\n${WAITS}`);
  });

  it('never says "done" of what changed nothing', () => {
    for (const word of ROLLOUT_WORDS) expect(formatTold(word, { hasChanged: false, rollout: waiting }, SHOP, NOW)).not.toContain('done');
  });
});
