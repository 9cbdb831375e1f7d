import type { RewriteKind } from '#domain';
import { Field, ObjectType } from '@nestjs/graphql';
import { DateTime, GitSha, graphqlEnum } from '../../platform/api/index.js';
import type { HistoryRewriteView } from './history-rewrite-view.js';

const MEANING: Readonly<Record<RewriteKind, string>> = {
  DELETED: 'The branch or tag is gone.',
  RENAMED: 'A branch is where a tag of the name was, or the other way round.',
  TAG_MOVED: 'The tag is at another commit, be it a later one.',
  DIVERGED: 'The branch is at a commit that does not descend from the one where it was, as after a force push.',
};
const RewriteKindEnum = graphqlEnum('HistoryRewriteKind', 'How a ref left the history that is followed.', ['DELETED', 'RENAMED', 'TAG_MOVED', 'DIVERGED'] as const, (kind) => MEANING[kind]);

@ObjectType('HistoryRewrite', { description: 'A ref left the history that is followed. What runs stays as it is until the ref comes back, or a person approves of exactly this move.' })
export class HistoryRewriteType {
  @Field(() => String, { description: 'The ref, as applications write it.' }) ref!: string;
  @Field(() => RewriteKindEnum, { description: 'What happened.' }) kind!: RewriteKind;
  @Field(() => String, { description: 'The full ref that was followed.' }) fromFullRef!: string;
  @Field(() => GitSha, { description: 'The commit where it was last in order.' }) fromCommit!: string;
  @Field(() => String, { nullable: true, description: 'The full ref that it stands for now; null when it is gone.' }) toFullRef!: string | null;
  @Field(() => GitSha, { nullable: true, description: 'The commit that is held; null when the ref is gone.' }) toCommit!: string | null;
  @Field(() => DateTime, { description: 'When it was found.' }) since!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When the move to `toCommit` was approved; null if it was not. The next look takes it up.' }) approvedAt!: Date | null;
}

export function toHistoryRewriteType({ ref, kind, from, to, since, approvedAt }: HistoryRewriteView): HistoryRewriteType {
  return { ref, kind, fromFullRef: from.fullRef, fromCommit: from.commit, toFullRef: to?.fullRef ?? null, toCommit: to?.commit ?? null, since, approvedAt: approvedAt ?? null };
}
