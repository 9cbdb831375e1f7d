import { describe, expect, it } from '@jest/globals';
import { done, retryAfterMs, stalled, STALLED_RETRY_MS, wait } from '#domain';

describe('retryAfterMs', () => {
  it('tries what waits when it says, what is stalled now and then, and what is done not at all', () => {
    expect(retryAfterMs(done('value'))).toBeUndefined();
    expect(retryAfterMs(wait(2_000, 'CLUSTER_UNAVAILABLE', 'connection refused'))).toBe(2_000);
    expect(retryAfterMs(stalled('OBJECT_CLAIMED', 'default/other has it'))).toBe(STALLED_RETRY_MS);
  });
});
