import type { JsonObject } from '#kernel';
import { Field, ObjectType } from '@nestjs/graphql';
import { graphqlEnum } from './graphql-enum.js';
import { JsonScalar } from './scalars.js';

/** Codes of expected failures, for scripts. Added to, never renamed. Each with what it means. */
const CODES = {
  ALREADY_AT_RELEASE: 'The target has the release already.',
  APPLICATION_DELETING: 'The application is being deleted.',
  APPLICATION_NOT_FOUND: 'There is no such application, or it is not yours.',
  APPROVER_EMAIL_UNKNOWN: 'The project lets nobody approve what he wrote, and the token carries no e-mail address.',
  APPROVER_IS_AUTHOR: 'The project lets nobody approve what he wrote.',
  AUTHORS_UNKNOWN: 'The project lets nobody approve what he wrote, and not all authors are known.',
  CLUSTER_NOT_ACTIVE: 'The cluster is being removed, or is removed.',
  CLUSTER_NOT_FOUND: 'There is no such cluster, or it is not yours.',
  CLUSTER_OFFLINE: 'The agent of the cluster is away.',
  COMMIT_MISMATCH: 'Another move waits for approval than the one that was looked at: look again.',
  DEPENDENCY_CYCLE: 'Applications would wait for each other for ever.',
  DIGEST_MISMATCH: 'The digest is not that of what waits for approval now: look again.',
  DUPLICATE_APPLICATION: 'The project has an application of that name.',
  DUPLICATE_CLUSTER: 'There is a cluster of that name.',
  DUPLICATE_PROJECT: 'There is a project of that name.',
  DUPLICATE_REPOSITORY: 'The project has a repository of that name.',
  DUPLICATE_VALIDATOR: 'The project has a validator of that name.',
  DUPLICATE_TOKEN: 'You have a token of that name.',
  GATE_NOT_FOUND: 'The stage has no such gate, or it does not wait for people.',
  GIT_WRITE_NOT_FOUND: 'There is no such commit that is owed, or it is not yours.',
  INVALID_CREDENTIALS: 'The credentials are incomplete or too long.',
  INVALID_EMAIL: 'It is no e-mail address, or not one of those that your own token carries.',
  INVALID_EXPIRY: 'The time lies in the past or too far ahead.',
  INVALID_EXPRESSION: 'An expression in CEL does not compile, or gives no value of the type that is wanted. The message has line, column and cause.',
  INVALID_LABEL: 'A label is not one that Kubernetes would take.',
  INVALID_NAME: 'The name is not a DNS label.',
  INVALID_NAMESPACE: 'The namespace is not one that Kubernetes would take.',
  INVALID_PARAMETERS: 'The parameters are not an object, or a template in them does not parse.',
  INVALID_PATH: 'The path leaves the repository or holds what a path may not.',
  INVALID_POLL: 'The polling interval is too short or too long.',
  INVALID_REF: 'Git would not take this as the name of a ref.',
  INVALID_SCOPE: 'A scope is not the name of a permission that you hold.',
  INVALID_SELECTOR: 'The selector does not parse, or is empty: say `all: true` to mean every cluster.',
  INVALID_URL: 'The URL is not one of https or http, or holds credentials.',
  INVALID_VALUE: 'A value is out of its range.',
  NOTHING_HELD: 'No target there is held.',
  NOTHING_TO_APPROVE: 'Nothing waits for an approval there.',
  NOTHING_TO_CONFIRM: 'Not the facts alone keep the target from matching.',
  NOTHING_TO_PROMOTE: 'All stages of the rollout are over.',
  NOTHING_TO_RETRY: 'It waits, is done, or a later one took its place.',
  NOTHING_TO_ROLL_BACK_TO: 'The targets were never well with another release.',
  NOTHING_TO_SYNC: 'There is no release yet.',
  PROJECT_NOT_FOUND: 'There is no such project, or it is not yours.',
  REASON_MISSING: 'A reason must be given, for the record.',
  REF_NOT_FOUND: 'No application follows such a ref of the repository.',
  RELEASE_NEVER_RAN: 'Some of the targets never ran that release: nothing was changed.',
  RELEASE_OUT_OF_REACH: 'A repository cannot be read, and agents do not keep what targets would go back to: nothing was changed. See `details`.',
  REMOVAL_NEEDS_CONFIRMATION: 'The change would remove many targets: repeat it with the digest as `confirmRemovals`.',
  REPOSITORY_IN_USE: 'Applications use the repository.',
  REPOSITORY_NOT_FOUND: 'There is no such repository, or it is not yours.',
  REVERT_AMBIGUOUS: 'The targets go back to different content, and a branch holds one: nothing was changed.',
  REVERT_NEEDS_BRANCH: 'The application follows no branch, so that no commit can be put on top of it: nothing was changed.',
  REVERT_NOT_GIT: 'The application comes from no Git repository: nothing was changed.',
  REVERT_OTHER_SOURCE: 'The release came from another repository or path than the application has now: nothing was changed.',
  REVERT_WHOLE_REPOSITORY: 'The files of the application cannot be told from the rest of the repository: nothing was changed.',
  ROLLOUT_IN_PROGRESS: 'A rollout is under way that this would disturb.',
  ROLLOUT_NOT_FOUND: 'There is no such rollout, or it is not yours.',
  ROLLOUT_NOT_READY: 'The rollout is not in a state for that.',
  ROLLOUT_OVER: 'The rollout is over.',
  STALE_VERSION: 'Somebody else changed it since: read it again.',
  TARGET_BLOCKED: 'No order can be made for the target.',
  TARGET_FAILED: 'The target has failed in this rollout.',
  TARGET_HELD: 'The target is held after a rollback.',
  TARGET_LEFT_OUT: 'The target takes no part in the rollout.',
  TARGET_NOT_FOUND: 'There is no such target, or it is not yours.',
  TESTS_REFUSED: 'The agent runs no tests now: the release has none, none is applied, or a run is under way.',
  TOKEN_NOT_FOUND: 'There is no such token, or it is not yours.',
  WRITE_CREDENTIALS_MISSING: 'The repository has no write credentials: nothing was changed.',
  VALIDATOR_NOT_FOUND: 'There is no such validator, or it is not yours.',
} as const;

export type UserErrorCode = keyof typeof CODES;
const USER_ERROR_CODES = Object.keys(CODES) as readonly UserErrorCode[];
const UserErrorCodeEnum = graphqlEnum('UserErrorCode', 'Stable codes of failures that the caller can mend.', USER_ERROR_CODES, (code) => CODES[code]);

@ObjectType('UserError', { description: 'A failure that the caller can mend. Nothing was changed.' })
export class UserError {
  @Field(() => UserErrorCodeEnum, { description: 'Stable code, for scripts.' }) code!: UserErrorCode;
  @Field(() => [String], { description: 'Path of the input field that is to blame; empty when it is none in particular.' }) field!: string[];
  @Field(() => String, { description: 'What is wrong, for people.' }) message!: string;
  @Field(() => String, { nullable: true, description: 'What to do about it.' }) hint!: string | null;
  @Field(() => JsonScalar, { nullable: true, description: 'Values that go with the code, such as the count and digest of a removal.' }) details!: JsonObject | null;
}

export function userError(code: UserErrorCode, field: readonly string[], message: string, hint?: string, details?: JsonObject): UserError {
  return { code, field: [...field], message, hint: hint ?? null, details: details ?? null };
}
