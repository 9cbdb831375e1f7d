import { assertNever } from '#kernel';
import type { ApproverRefused, ControlFailure, RolloutPhase } from '#domain';
import { userError, type UserError } from '../../platform/api/index.js';

/** Why a person's word to a rollout changed nothing. */
export type RolloutControlFailure =
  | ControlFailure
  | ApproverRefused
  | { readonly code: 'ROLLOUT_NOT_FOUND' }
  | { readonly code: 'REASON_MISSING' }
  | { readonly code: 'NOTHING_TO_PROMOTE' }
  | { readonly code: 'GATE_NOT_FOUND'; readonly stage: string; readonly gate: string };

const NOW: Readonly<Partial<Record<RolloutPhase, string>>> = { PENDING: 'has not begun: run syncApplication', HALTED: 'has halted: retry it, or abort it', ROLLING_BACK: 'is going back', PAUSED: 'is paused' };

export function toControlError(failure: RolloutControlFailure): UserError {
  switch (failure.code) {
    case 'ROLLOUT_NOT_FOUND':
      return userError(failure.code, ['rollout'], 'There is no such rollout.');
    case 'ROLLOUT_OVER':
      return userError(failure.code, ['rollout'], `The rollout is over (${failure.phase}): nothing can be told to it any more.`, 'Run syncApplication to send the newest release once more, or rollback to go back.');
    case 'ROLLOUT_NOT_READY':
      return userError(failure.code, ['rollout'], `The rollout ${NOW[failure.phase] ?? `is ${failure.phase}`}.`);
    case 'REASON_MISSING':
      return userError(failure.code, ['reason'], 'Say why: the reason is kept with the rollout.');
    case 'NOTHING_TO_PROMOTE':
      return userError(failure.code, ['rollout'], 'All stages are over already.');
    case 'GATE_NOT_FOUND':
      return userError(failure.code, ['gate'], `Stage ${failure.stage} has no gate ${failure.gate} that waits for people.`, 'The gates of a rollout are listed under `stages`, and by: capstan rollout show APP');
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
