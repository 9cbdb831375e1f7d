import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { REFUSAL_STATUS, retryKindOf } from './status.js';

describe('statuses', () => {
  it('stall on what a person must mend, and retry on all else, unknown numbers included', () => {
    const stalled = [...Array.from({ length: 20 }, (_, code) => code)].filter((code) => retryKindOf(code) === 'STALLED');
    expect(stalled).toEqual([status.INVALID_ARGUMENT, status.FAILED_PRECONDITION, status.UNAUTHENTICATED]);
  });

  it('of a hub that restarts or is busy are tried again', () => {
    for (const code of ['SHUTTING_DOWN', 'OVERLOADED', 'SUPERSEDED', 'HEARTBEAT_MISSED', 'DATABASE_AWAY', 'INTERNAL'] as const) expect(retryKindOf(REFUSAL_STATUS[code])).toBe('RETRY');
  });
});
