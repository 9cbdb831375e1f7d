import { err, ok, type Result } from '#kernel';
import { isRolloutOver, type RolloutPhase, type StageRow } from './rollout.types.js';

/** What a person may tell a rollout. */
export const ROLLOUT_COMMANDS = ['PAUSE', 'RESUME', 'ABORT', 'RETRY'] as const;
export type RolloutCommand = (typeof ROLLOUT_COMMANDS)[number];

export type ControlFailure =
  /** It has ended: nothing can be told to it any more. */
  | { readonly code: 'ROLLOUT_OVER'; readonly phase: RolloutPhase }
  /** It is under way, and this is not the moment for the command. */
  | { readonly code: 'ROLLOUT_NOT_READY'; readonly phase: RolloutPhase };

const FROM: Readonly<Record<RolloutCommand, readonly RolloutPhase[]>> = {
  PAUSE: ['RUNNING', 'PAUSED'],
  RESUME: ['PAUSED', 'RUNNING'],
  ABORT: ['PENDING', 'RUNNING', 'PAUSED', 'HALTED', 'ROLLING_BACK'],
  RETRY: ['RUNNING', 'PAUSED', 'HALTED'],
};
const TO: Readonly<Record<RolloutCommand, RolloutPhase>> = { PAUSE: 'PAUSED', RESUME: 'RUNNING', ABORT: 'ABORTED', RETRY: 'RUNNING' };

/** The phase that a command leads to. Pure. Said twice it is the same as once, so that a repeated request is no error. */
export function controlRollout(command: RolloutCommand, phase: RolloutPhase): Result<RolloutPhase, ControlFailure> {
  if (FROM[command].includes(phase)) return ok(command === 'RETRY' && phase === 'PAUSED' ? 'PAUSED' : TO[command]);
  return err({ code: isRolloutOver(phase) ? 'ROLLOUT_OVER' : 'ROLLOUT_NOT_READY', phase });
}

/** The stage at which a rollout stands: the open one, or the next to open; undefined when all are closed. */
export function currentStage<S extends Pick<StageRow, 'state' | 'position'>>(stages: readonly S[]): S | undefined {
  const inOrder = stages.toSorted((a, b) => a.position - b.position);
  return inOrder.find((stage) => stage.state === 'OPEN') ?? inOrder.find((stage) => stage.state === 'PENDING');
}
