import { assertNever, didYouMean } from '#kernel';
import type { ApproverRefused, ControlFailure, RolloutPhase } from '#domain';
import { userError, type UserError } from '../../platform/api/index.js';

/** Why a person's word to a rollout changed nothing. */
export type RolloutControlFailure =
  | ControlFailure
  | ApproverRefused
  | { readonly code: 'ROLLOUT_NOT_FOUND' }
  | { readonly code: 'REASON_MISSING' }
  | { readonly code: 'NOTHING_TO_PROMOTE' }
  | GateNotFound;

export interface GateOfRollout {
  readonly stage: string;
  readonly name: string;
  readonly kind: string;
}

/** The rollout has no such gate that waits for people; what it has instead. */
interface GateNotFound {
  readonly code: 'GATE_NOT_FOUND';
  readonly stage: string;
  readonly gate: string;
  readonly stages: readonly string[];
  readonly gates: readonly GateOfRollout[];
}

/** What it does, and what would let it listen. */
const NOW: Readonly<Partial<Record<RolloutPhase, readonly [string, string]>>> = {
  PENDING: ['has not begun', 'Run syncApplication to let it run, or wait for the rollout before it.'], HALTED: ['has halted', 'Retry what failed with retryRollout, or end it with abortRollout.'],
  ROLLING_BACK: ['is going back', 'Wait until it has: what it takes back is held there, until liftHold.'], PAUSED: ['is paused', 'Go on with it by resumeRollout first.'],
};
const NAMED = 10;
/** How a reason is given. */
export const REASON = 'Give `reason` in a few words; on the command line --reason.';

export function toControlError(failure: RolloutControlFailure): UserError {
  switch (failure.code) {
    case 'ROLLOUT_NOT_FOUND':
      return userError(failure.code, ['rollout'], 'There is no such rollout, or it is not yours.', 'See which there are: capstan rollout list APP');
    case 'ROLLOUT_OVER':
      return userError(failure.code, ['rollout'], `The rollout is over (${failure.phase}): nothing can be told to it any more.`, 'Run syncApplication to send the newest release once more, or rollback to go back.');
    case 'ROLLOUT_NOT_READY':
      return userError(failure.code, ['rollout'], `The rollout ${NOW[failure.phase]?.[0] ?? `is ${failure.phase}`}.`, NOW[failure.phase]?.[1]);
    case 'REASON_MISSING':
      return userError(failure.code, ['reason'], 'Say why: the reason is kept with the rollout.', REASON);
    case 'NOTHING_TO_PROMOTE':
      return userError(failure.code, ['rollout'], 'All stages are over already: there is nothing that could be passed.', 'See what it still waits for: capstan rollout show APP');
    case 'GATE_NOT_FOUND':
      return toGateError(failure);
    case 'APPROVER_IS_AUTHOR':
      return userError(failure.code, ['rollout'], `The project lets nobody approve what he wrote, and ${failure.email} is named by commit ${failure.commit.slice(0, 12)}, which the rollout brings.`, 'Somebody else must approve: who is neither author, committer nor co-author of any of its commits.');
    case 'APPROVER_EMAIL_UNKNOWN':
      return userError(failure.code, ['rollout'], 'The project lets nobody approve what he wrote, and your token carries no e-mail address by which that could be told.', 'Have the administrator make a token with your addresses: createApiToken(input: { emails }), or capstan token create NAME --email ADDRESS.');
    case 'AUTHORS_UNKNOWN':
      return userError(failure.code, ['rollout'], 'The project lets nobody approve what he wrote, and not all who wrote what this rollout brings are known: a release of it was made by an earlier version of the hub, or of too many commits.', 'Release it in smaller steps; or have the rule approvals.notByAuthor of the project switched off for this rollout, which is kept in the audit log.');
    default:
      return assertNever(failure);
  }
}

function toGateError({ code, stage, gate, stages, gates }: GateNotFound): UserError {
  const approvals = gates.filter(({ kind }) => kind === 'APPROVAL').map((known) => `${known.stage}/${known.name}`);
  const more = approvals.length > NAMED ? ` and ${approvals.length - NAMED} more` : '';
  const otherwise = approvals.length === 0 ? 'No gate of this rollout waits for people.' : `Those that wait for people: ${approvals.slice(0, NAMED).join(', ')}${more}.`;
  const other = gates.find((known) => known.stage === stage && known.name === gate);
  if (other !== undefined) return userError(code, ['gate'], `Gate ${gate} of stage ${stage} is of the kind ${other.kind}: nobody approves it.`, `Let the stage pass it now with promoteStage. ${otherwise}`);
  const hint = didYouMean(`${stage}/${gate}`, approvals, otherwise);
  return stages.includes(stage) ? userError(code, ['gate'], `Stage ${stage} has no gate ${gate} that waits for people.`, hint) : userError(code, ['stage'], `The rollout has no stage ${stage}.`, hint);
}
