import type { ObjectRef } from '../object/kube-object.js';

export const TEST_STATES = ['WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED'] as const;
export type TestState = (typeof TEST_STATES)[number];

/** One test of a release, as far as it has come. */
export interface TestResult {
  readonly ref: ObjectRef;
  readonly state: TestState;
  /** For people; empty while there is nothing to say. */
  readonly message: string;
  /** The end of what its pods said. */
  readonly log: string;
}

/** One run of all tests of the release that a target has applied. */
export interface TestRun {
  readonly id: string;
  readonly state: Exclude<TestState, 'WAITING'>;
  /** In the order in which they run. */
  readonly tests: readonly TestResult[];
  /** Why the run ended before its tests did, or what it could not take away. */
  readonly message: string;
}

/** Results whose logs have at most so many characters together. The last ones are kept: the test that failed is the last that ran. Pure. */
export function cutLogs(tests: readonly TestResult[], most: number): readonly TestResult[] {
  let room = most;
  return tests
    .toReversed()
    .map((test) => {
      const log = room === 0 ? '' : test.log.slice(-room);
      room -= log.length;
      return { ...test, log };
    })
    .toReversed();
}
