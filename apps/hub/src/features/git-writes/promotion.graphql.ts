import { PROMOTION_STATES, type PromotionPhase } from '#domain';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { DateTime, graphqlEnum } from '../../platform/api/index.js';
import { GitWriteType } from './git-writes.graphql.js';

const MEANING: Readonly<Record<PromotionPhase, string>> = {
  DUE: 'It is owed in a moment.', PROMOTED: 'The release was, or is being, written: see `gitWrite`.', NEWER_PROMOTED: 'A newer release is promoted already.', SOAK: 'All targets are well, and must stay so: see `until`.',
  ROLLOUT: 'The rollout of the release has not succeeded yet.', TARGETS: 'Some targets are not well with the release: see `targets`.', NO_TARGETS: 'The other application has no target.', NO_RELEASE: 'The other application has no release.',
  UPSTREAM_HELD: 'Targets of the other application are held.', HELD: 'Targets of this application are held.', UPSTREAM_MISSING: 'There is no such application.', NOT_GIT: 'The application comes from no Git repository.',
  OTHER_REPOSITORY: 'The other application comes from another repository.', NEEDS_BRANCH: 'The application follows no branch that was seen.', PATHS_OVERLAP: 'The two paths lie within each other on one branch.',
  WRITE_CREDENTIALS_MISSING: 'The repository has no write credentials.',
};
const PromotionStateEnum = graphqlEnum('PromotionState', 'Where a promotion stands.', PROMOTION_STATES, (state) => MEANING[state]);

@ObjectType('PromotionStatus', { description: 'Where the promotion from another application stands.' })
export class PromotionStatusType {
  @Field(() => String, { description: 'Name of the application that releases come from.' }) from!: string;
  @Field(() => PromotionStateEnum, { description: 'Where it stands.' }) state!: PromotionPhase;
  @Field(() => String, { description: 'The same for people, with the way on.' }) message!: string;
  @Field(() => Int, { nullable: true, description: 'Number of the release in question, of the other application; null if it has none.' }) release!: number | null;
  @Field(() => [String], { description: 'Clusters whose target is not well, or is held.' }) targets!: string[];
  @Field(() => DateTime, { nullable: true, description: 'When the soak is over, if all stays well.' }) until!: Date | null;
  @Field(() => GitWriteType, { nullable: true, description: 'The commit that carries the release; null while there is none.' }) gitWrite!: GitWriteType | null;
}
