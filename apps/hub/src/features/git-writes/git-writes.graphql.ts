import { formatGlobalId, GIT_WRITE_ADVICE, GIT_WRITE_KINDS, GIT_WRITE_REASONS, GIT_WRITE_STATES, type GitWriteKind, type GitWriteReason, type GitWriteState } from '#domain';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, GitSha, graphqlEnum, MutationInput, MutationPayload, NodeType } from '../../platform/api/index.js';
import type { GitWriteView } from './git-writes.read-model.js';

const KINDS: Readonly<Record<GitWriteKind, string>> = { REVERT: 'A rollback puts the branch back to a release.', PROMOTION: 'A release is carried to the path of another application.' };
const STATES: Readonly<Record<GitWriteState, string>> = { PENDING: 'Owed: it is written as soon as it can be.', DONE: 'Written, or the branch held the content already.', FAILED: 'Given up: see `reason`, and `retryGitWrite`.' };

const GitWriteKindEnum = graphqlEnum('GitWriteKind', 'Why a commit is written.', GIT_WRITE_KINDS, (kind) => KINDS[kind]);
const GitWriteStateEnum = graphqlEnum('GitWriteState', 'Where a commit that is owed stands.', GIT_WRITE_STATES, (state) => STATES[state]);
const GitWriteReasonEnum = graphqlEnum('GitWriteReason', 'What kept a commit from being written.', GIT_WRITE_REASONS, (reason) => GIT_WRITE_ADVICE[reason]);

@ObjectType('GitWrite', { implements: () => [NodeType], description: 'A commit that the hub writes, from the moment it was asked for.' })
export class GitWriteType extends NodeType {
  @Field(() => GitWriteKindEnum, { description: 'Why.' }) kind!: GitWriteKind;
  @Field(() => GitWriteStateEnum, { description: 'Where it stands.' }) state!: GitWriteState;
  @Field(() => String, { description: 'The branch that it is built upon.' }) branch!: string;
  @Field(() => String, { nullable: true, description: 'The branch of its own that holds it; null: `branch` itself moves.' }) newBranch!: string | null;
  @Field(() => String, { description: 'The path of the application whose files it puts in place.' }) path!: string;
  @Field(() => GitSha, { nullable: true, description: 'The commit; null while there is none, and where nothing had to be changed.' }) commit!: string | null;
  @Field(() => String, { nullable: true, description: 'A page about the commit, or to open a pull request; null where it is not known.' }) url!: string | null;
  @Field(() => GitWriteReasonEnum, { nullable: true, description: 'What went wrong last; null when nothing did.' }) reason!: GitWriteReason | null;
  @Field(() => String, { nullable: true, description: 'The same for people, in the words of the server where it said something.' }) message!: string | null;
  @Field(() => String, { nullable: true, description: 'What to do about it.' }) advice!: string | null;
  @Field(() => Int, { description: 'Attempts so far.' }) attempts!: number;
  @Field(() => DateTime, { nullable: true, description: 'When it is tried next, at the earliest; null when it is over.' }) nextAt!: Date | null;
  @Field(() => String, { description: 'Who asked for it.' }) requestedBy!: string;
  @Field(() => DateTime, { description: 'When it was asked for.' }) createdAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it was written or given up.' }) finishedAt!: Date | null;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly application: string; readonly release: string };
}

@ObjectType({ description: 'A page of a list of GitWrite.' })
export class GitWriteConnection extends connectionType('GitWrite', () => GitWriteType) {}

@InputType({ description: 'Which commit is tried once more.' })
export class RetryGitWriteInput extends MutationInput {
  @Field(() => ID, { description: 'Id of the git write.' }) id!: string;
}

@ObjectType({ description: 'The commit that is owed again.' })
export class RetryGitWritePayload extends MutationPayload {
  @Field(() => GitWriteType, { nullable: true, description: 'As it is now; null when refused.' }) gitWrite!: GitWriteType | null;
}

export function toGitWriteType(view: GitWriteView): GitWriteType {
  const { id, kind, state, branch, newBranch, path, commit, url, reason, message, attempts, nextAt, requestedBy, createdAt, finishedAt, application, release } = view;
  return {
    id: formatGlobalId('GitWrite', id), kind, state, branch, newBranch: newBranch ?? null, path, commit: commit ?? null, url: url ?? null, reason: reason ?? null, message: message ?? null,
    advice: reason === undefined ? null : GIT_WRITE_ADVICE[reason], attempts, nextAt: nextAt ?? null, requestedBy, createdAt, finishedAt: finishedAt ?? null, key: { application, release },
  };
}
