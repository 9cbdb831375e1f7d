import { targetId, type TestRun } from '#domain';
import { decodeAskTests, decodeTestRun, encodeAskTests, encodeTestRun, TEST_LIMITS } from '#wire';
import { describe, expect, it } from '@jest/globals';

const ID = '01a21637-6975-791b-8aed-5c20593e0b46';
const RUN: TestRun = {
  id: ID, state: 'FAILED', message: 'the tests after the one that failed were not run',
  tests: [{ ref: { group: '', kind: 'Pod', namespace: 'shop', name: 'a' }, state: 'FAILED', message: 'Error', log: 'no answer\n' }, { ref: { group: 'batch', kind: 'Job', namespace: 'shop', name: 'b' }, state: 'WAITING', message: '', log: '' }],
};

describe('a run of tests on the wire', () => {
  it('comes out as it went in, and so does the question', () => {
    expect(decodeTestRun(encodeTestRun(RUN))).toEqual({ ok: true, value: RUN });
    for (const start of [ID, undefined]) expect(decodeAskTests(encodeAskTests({ target: targetId(ID), start }))).toEqual({ ok: true, value: { target: ID, start } });
  });

  it('is cut to its limits, whatever an agent sends', () => {
    const log = 'x'.repeat(TEST_LIMITS.logCharacters * 2);
    const wire = encodeTestRun(RUN);
    const many = { ...wire, tests: Array.from({ length: TEST_LIMITS.tests + 50 }, () => ({ ref: wire.tests[0]?.ref, state: 'RUNNING', message: 'm'.repeat(10_000), log })) };
    const decoded = decodeTestRun(many);
    if (!decoded.ok) throw new Error(decoded.error.code);
    expect(decoded.value.tests).toHaveLength(TEST_LIMITS.tests);
    expect(decoded.value.tests.reduce((sum, test) => sum + test.log.length, 0)).toBe(TEST_LIMITS.allLogCharacters);
    expect(decoded.value.tests[0]?.message).toHaveLength(500);
  });

  it.each([
    ['a state that nobody knows', { ...encodeTestRun(RUN), state: 'MAYBE' }],
    ['a run that waits', { ...encodeTestRun(RUN), state: 'WAITING' }],
    ['an id that is none', { ...encodeTestRun(RUN), runId: '../..' }],
  ])('is refused with %s', (_title, wire) => {
    expect(decodeTestRun(wire)).toMatchObject({ ok: false });
  });

  it('takes no start that is no id', () => {
    expect(decodeAskTests({ targetId: ID, start: 'a/b' })).toMatchObject({ ok: false });
  });
});
