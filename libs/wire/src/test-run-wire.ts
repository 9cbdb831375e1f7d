import type { Result } from '#kernel';
import { cutLogs, TEST_STATES, targetId, type TargetId, type TestRun, type TestState } from '#domain';
import type { AskTests as WireQuestion, TestRun as WireRun } from './generated/capstan/agent/v1/session.js';
import { encodeObjectRef, readObjectRef } from './object-ref-wire.js';
import { decoding, malformed, type WireFailure } from './wire-failure.js';
import { readId, readText } from './wire-values.js';

export const TEST_LIMITS = Object.freeze({
  /** Of one run. */
  tests: 100,
  /** Of the log of one test, from its end. */
  logCharacters: 16_384,
  /** Of all logs of one run. */
  allLogCharacters: 262_144,
});

const MAX_MESSAGE = 500;
const RUN_ID = /^[0-9a-f-]{36}$/;

/** @param start id of the run that is to begin; undefined: only ask */
export interface TestsQuestion {
  readonly target: TargetId;
  readonly start: string | undefined;
}

export function encodeAskTests({ target, start }: TestsQuestion): WireQuestion {
  return { targetId: target, start: start ?? '' };
}

export function decodeAskTests(wire: WireQuestion): Result<TestsQuestion, WireFailure> {
  return decoding('ask_tests', () => ({ target: readId(wire.targetId, 'ask_tests.target_id', targetId), start: wire.start === '' ? undefined : runId(wire.start, 'ask_tests.start') }));
}

export function encodeTestRun({ id, state, tests, message }: TestRun): WireRun {
  return {
    runId: id, state, message: message.slice(0, MAX_MESSAGE).toWellFormed(),
    tests: cutLogs(tests.slice(0, TEST_LIMITS.tests), TEST_LIMITS.allLogCharacters).map((test) => ({ ref: encodeObjectRef(test.ref), state: test.state, message: test.message.slice(0, MAX_MESSAGE).toWellFormed(), log: test.log.slice(-TEST_LIMITS.logCharacters).toWellFormed() })),
  };
}

/** A run from an agent, which is not trusted: bounded. */
export function decodeTestRun(wire: WireRun): Result<TestRun, WireFailure> {
  return decoding('test_run', () => {
    const state = stateOf(wire.state);
    let room = TEST_LIMITS.allLogCharacters;
    return {
      id: runId(wire.runId, 'test_run.run_id'), state: state === 'WAITING' ? malformed('test_run.state') : state, message: readText(wire.message, MAX_MESSAGE),
      tests: wire.tests.slice(0, TEST_LIMITS.tests).map((test) => {
        const log = readText(test.log, Math.min(TEST_LIMITS.logCharacters, room));
        room -= log.length;
        return { ref: readObjectRef(test.ref, 'test_run.ref'), state: stateOf(test.state), message: readText(test.message, MAX_MESSAGE), log };
      }),
    };
  });
}

function stateOf(text: string): TestState {
  return TEST_STATES.find((state) => state === text) ?? malformed('test_run.state');
}

function runId(text: string, field: string): string {
  return RUN_ID.test(text) ? text : malformed(field);
}
