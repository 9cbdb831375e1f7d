import type { Result } from '#kernel';
import { releaseId, targetId, type ReleaseId, type TargetId } from '#domain';
import type { GateJobRun as WireRun, RunGateJob as WireQuestion } from './generated/capstan/agent/v1/session.js';
import { decoding, malformed, type WireFailure } from './wire-failure.js';
import { readId, readText } from './wire-values.js';

export interface GateJobQuestion {
  readonly target: TargetId;
  /** The release that the Job must be of. */
  readonly release: ReleaseId;
  /** `metadata.name` as the release declares it. */
  readonly job: string;
  /** Which run of the gate it is for. */
  readonly run: string;
  /** The hub has heard of this run: a Job that is not there was deleted, and is not begun again. */
  readonly hasBegun: boolean;
}

export interface GateJobState {
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  /** For people; of one that failed with the end of its log. */
  readonly message: string;
}

const STATES: readonly GateJobState['state'][] = ['RUNNING', 'SUCCEEDED', 'FAILED'];
const RUN_ID = /^[0-9a-f-]{36}$/;
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const MAX_MESSAGE = 2_000;

export function encodeRunGateJob({ target, release, job, run, hasBegun }: GateJobQuestion): WireQuestion {
  return { targetId: target, releaseId: release, job, runId: run, hasBegun };
}

export function decodeRunGateJob(wire: WireQuestion): Result<GateJobQuestion, WireFailure> {
  return decoding('run_gate_job', () => ({
    target: readId(wire.targetId, 'run_gate_job.target_id', targetId), release: readId(wire.releaseId, 'run_gate_job.release_id', releaseId), hasBegun: wire.hasBegun,
    job: NAME.test(wire.job) ? wire.job : malformed('run_gate_job.job'), run: RUN_ID.test(wire.runId) ? wire.runId : malformed('run_gate_job.run_id'),
  }));
}

export function encodeGateJobRun({ state, message }: GateJobState): WireRun {
  return { state, message: message.slice(0, MAX_MESSAGE).toWellFormed() };
}

/** What an agent says of a run; it is not trusted: bounded. */
export function decodeGateJobRun(wire: WireRun): Result<GateJobState, WireFailure> {
  return decoding('gate_job_run', () => ({ state: STATES.find((state) => state === wire.state) ?? malformed('gate_job_run.state'), message: readText(wire.message, MAX_MESSAGE) }));
}
