import { assertNever, didYouMean } from '#kernel';
import type { OutOfReach, RevertRefused } from '#domain';
import { userError, type UserError } from '../../platform/api/index.js';
import { named, NAMED } from './named.js';
import { outOfReachError } from './out-of-reach-error.js';

export type RollbackFailure =
  | RevertRefused
  | { readonly code: 'NOT_FOUND' }
  | { readonly code: 'REASON_MISSING' }
  | NothingMatches
  | { readonly code: 'TOO_MANY_TARGETS'; readonly most: number }
  | NothingHeld
  /** None of them was ever well with another release. */
  | { readonly code: 'NOTHING_TO_ROLL_BACK_TO'; readonly targets: readonly string[] }
  /** Some of them never ran the release that was asked for. */
  | { readonly code: 'RELEASE_NEVER_RAN'; readonly release: number; readonly targets: readonly string[]; readonly total: number }
  /** A repository cannot be read, and agents do not keep the content. */
  | ({ readonly code: 'RELEASE_OUT_OF_REACH' } & OutOfReach);

/** What was asked for by name and is not there, if that is why; `known` are the names that it could have been. */
interface Misnamed {
  readonly what: 'cluster' | 'stage';
  readonly name: string;
  readonly known: readonly string[];
}
export interface NothingMatches {
  readonly code: 'NOTHING_MATCHES';
  readonly misnamed: Misnamed | undefined;
}
export interface NothingHeld {
  readonly code: 'NOTHING_HELD';
  readonly misnamed: Misnamed | undefined;
}

/** As the API was asked. */
export interface AskedNames {
  readonly project?: string | null | undefined;
  readonly application?: string | null | undefined;
}

const NOTHING_DONE = 'Nothing was changed: roll back without touching Git (mode: HOLD).';

export function toRollbackError(failure: RollbackFailure, asked: AskedNames): UserError {
  switch (failure.code) {
    case 'NOT_FOUND':
      return notFound(asked);
    case 'REASON_MISSING':
      return userError(failure.code, ['reason'], 'Say why: the reason is kept with the hold.', 'Give `reason` in a few words; on the command line --reason.');
    case 'NOTHING_MATCHES':
      return failure.misnamed === undefined
        ? userError('TARGET_NOT_FOUND', [], 'Nothing that runs anything matches the application, cluster and stage.', 'See what runs where: capstan get targets')
        : userError('TARGET_NOT_FOUND', [failure.misnamed.what], misnamed(failure.misnamed, asked), didYouMean(failure.misnamed.name, failure.misnamed.known, whichThereAre(failure.misnamed)));
    case 'TOO_MANY_TARGETS':
      return userError('INVALID_VALUE', [], `More than ${failure.most} targets: nothing was changed.`, 'Go back application by application, or cluster by cluster.');
    case 'NOTHING_HELD':
      return failure.misnamed === undefined
        ? userError(failure.code, [], 'No target there is held.', 'See what is held, and by whom: capstan get targets -o wide')
        : userError(failure.code, [failure.misnamed.what], misnamed(failure.misnamed, asked), didYouMean(failure.misnamed.name, failure.misnamed.known, whichThereAre(failure.misnamed)));
    case 'NOTHING_TO_ROLL_BACK_TO':
      return userError(failure.code, [], `Never well with another release: ${named(failure.targets, failure.targets.length)}.`, 'Release a fix, or name a release that these targets have run: capstan history APP shows them.');
    case 'RELEASE_NEVER_RAN':
      return userError(failure.code, ['release'], `Release ${failure.release} never ran on ${named(failure.targets, failure.total)}: nothing was changed.`, 'Narrow the rollback by cluster or stage, or leave the release out: each target then goes to what it was well with before.');
    case 'RELEASE_OUT_OF_REACH':
      return outOfReachError(failure);
    case 'REVERT_NOT_GIT':
      return userError(failure.code, ['mode'], `Application ${failure.application} comes from ${failure.repository}, which is no Git repository: there is no branch to put back.`, NOTHING_DONE);
    case 'WRITE_CREDENTIALS_MISSING':
      return userError(failure.code, ['mode'], `The hub may not write to repository ${failure.repository}.`, `Give it write credentials (writeCredentials or writeSsh), or roll back without touching Git (mode: HOLD).`);
    case 'REVERT_NEEDS_BRANCH':
      return userError(failure.code, ['mode'], `Application ${failure.application} follows ${failure.ref}, which is no branch: no commit can be put on top of it.`, NOTHING_DONE);
    case 'REVERT_AMBIGUOUS': {
      const releases = failure.releases.slice(0, NAMED).map(({ number, targets }) => `release ${number} (${targets} ${targets === 1 ? 'target' : 'targets'})`).join(', ');
      return userError(failure.code, ['mode'], `Targets of ${failure.application} go back to different content: ${releases}. A branch holds one.`, 'Name the release, narrow the rollback by cluster or stage, or roll back without touching Git (mode: HOLD).');
    }
    case 'REVERT_OTHER_SOURCE':
      return userError(failure.code, ['mode'], `Release ${failure.release} of ${failure.application} came from another repository or path than the application has now.`, 'Change the application back, or roll back without touching Git (mode: HOLD).');
    case 'REVERT_WHOLE_REPOSITORY':
      return userError(failure.code, ['mode'], `Which files release ${failure.release} of ${failure.application} was made from cannot be told from the rest of the repository: everything in it would go back.`, 'Revert the commit by hand, and roll back without touching Git (mode: HOLD).');
    default:
      return assertNever(failure);
  }
}

function notFound({ application, project }: AskedNames): UserError {
  const where = `project ${JSON.stringify((project ?? 'default').slice(0, 80))}`;
  return typeof application === 'string'
    ? userError('APPLICATION_NOT_FOUND', ['application'], `There is no application ${JSON.stringify(application.slice(0, 80))} in ${where}.`, 'See which there are: capstan get apps')
    : userError('PROJECT_NOT_FOUND', ['project'], `There is no ${where}.`, 'See which there are: capstan get projects');
}

function misnamed({ what, name }: Misnamed, { application }: AskedNames): string {
  const short = name.slice(0, 80);
  if (what === 'stage') return `The newest rollout of ${application ?? 'the application'} has no stage ${short}.`;
  return `${typeof application === 'string' ? application.slice(0, 80) : 'The project'} has no target on a cluster ${short}.`;
}

function whichThereAre({ what, known }: Misnamed): string {
  if (what === 'stage') return known.length === 0 ? 'It has none with a target.' : `It has ${named(known, known.length)}.`;
  return known.length === 0 ? 'It has no target anywhere: capstan get targets' : `There are targets on ${named(known, known.length)}.`;
}
