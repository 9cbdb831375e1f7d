import { describe, expect, it } from '@jest/globals';
import { done, stalled, wait } from '#domain';
import { joinRefusals } from './join-refusals.js';

describe('joinRefusals', () => {
  it('says nothing when nothing was refused', () => {
    expect(joinRefusals([done(), done(1)])).toBeUndefined();
  });

  it('names all that were refused for the gravest reason, and no others', () => {
    const joined = joinRefusals([wait(5, 'CLUSTER_UNAVAILABLE', 'a'), stalled('FIELD_CONFLICT', 'b'), done(), stalled('FIELD_CONFLICT', 'c'), stalled('FORBIDDEN', 'd')]);
    expect(joined).toEqual(stalled('FIELD_CONFLICT', 'b; c'));
  });

  it('stays short however many there are and however long they are', () => {
    const joined = joinRefusals(Array.from({ length: 1_000 }, (_, index) => wait(7, 'CLUSTER_UNAVAILABLE', `${index} ${'x'.repeat(5_000)}`)));
    expect(joined).toMatchObject({ kind: 'wait', retryMs: 7 });
    const message = joined?.kind === 'wait' ? joined.why.message : '';
    expect(message.length).toBeLessThan(1_700);
    expect(message).toContain('and 995 more');
  });
});
