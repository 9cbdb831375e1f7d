import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '#testing';
import { nextPollMs, type PollEnding } from './next-poll.js';

const random = seededRandom(3);
const MINUTE = 60_000;
const failed = (part: Partial<Extract<PollEnding, { kind: 'FAILED' }>> = {}): PollEnding => ({ kind: 'FAILED', isRetryable: true, isRateLimited: false, retryAfterMs: undefined, ...part });

describe('nextPollMs', () => {
  it.each<[string, number, number, PollEnding, readonly [number, number]]>([
    ['keeps the interval, with jitter', MINUTE, 0, { kind: 'SEEN', isFollowed: true }, [54_000, 66_000]],
    ['looks seldom at what nobody follows', MINUTE, 0, { kind: 'SEEN', isFollowed: false }, [9 * MINUTE, 11 * MINUTE]],
    ['tries early again after a failure that may pass', MINUTE, 1, failed(), [7_500, 15_000]],
    ['takes its time where somebody must act', MINUTE, 1, failed({ isRetryable: false }), [30_000, MINUTE]],
    ['waits two intervals at most', MINUTE, 20, failed(), [MINUTE, 2 * MINUTE]],
    ['gives a rate limit an interval', MINUTE, 1, failed({ isRateLimited: true }), [30_000, MINUTE]],
    ['keeps Retry-After', MINUTE, 1, failed({ isRateLimited: true, retryAfterMs: 10 * MINUTE }), [10 * MINUTE, 10 * MINUTE]],
    ['does not let a server silence it for a day', MINUTE, 1, failed({ retryAfterMs: 24 * 60 * MINUTE }), [60 * MINUTE, 60 * MINUTE]],
    ['never retries a short interval less often than that', 1_000, 9, failed(), [1_000, 2_000]],
    ['asks soon about what was undecided', 60 * MINUTE, 1, { kind: 'UNDECIDED' }, [7_500, 15_000]],
    ['caps retries of a long interval', 24 * 60 * MINUTE, 30, failed(), [15 * MINUTE, 30 * MINUTE]],
  ])('%s', (_name, pollMs, failures, ending, [least, most]) => {
    for (let run = 0; run < 50; run += 1) {
      const ms = nextPollMs(pollMs, failures, ending, random);
      expect(ms).toBeGreaterThanOrEqual(least);
      expect(ms).toBeLessThanOrEqual(most);
    }
  });
});
