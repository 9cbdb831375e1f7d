import type { GitWriteForm } from '#domain';
import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { graphqlEnum, MutationInput, MutationPayload } from '../../platform/api/index.js';
import { GitWriteFormEnum } from '../applications/index.js';
import { RolloutType } from '../rollouts/index.js';
import { TargetType } from '../targets/index.js';

export const ROLLBACK_MODES = ['HOLD', 'REVERT'] as const;
export type RollbackMode = (typeof ROLLBACK_MODES)[number];

const RollbackModeEnum = graphqlEnum<RollbackMode>('RollbackMode', 'What becomes of Git in a rollback.', ROLLBACK_MODES, (mode) =>
  ({ HOLD: 'Nothing: targets are held at the release.', REVERT: 'Targets are held, and the branch gets the files of that release back; needs write credentials.' })[mode],
);

@InputType({ isAbstract: true })
abstract class ScopedInput extends MutationInput {
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Name of the project.' }) project?: string | null;
  @Field(() => String, { nullable: true, description: 'Of this application only.' }) application?: string | null;
  @Field(() => String, { nullable: true, description: 'On this cluster only.' }) cluster?: string | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Everything in the project: needed where neither application nor cluster is named.' }) all?: boolean | null;
  @Field(() => String, { description: 'Why, for the record; at most 1000 characters.' }) reason!: string;
}

@InputType({ description: 'How a branch gets the files of a release back.' })
export class RevertInput {
  @Field(() => GitWriteFormEnum, { nullable: true, defaultValue: 'COMMIT', description: 'On top of the branch, or on a branch of its own for a pull request.' }) as?: GitWriteForm | null;
}

@InputType({ description: 'What goes back. It is held there until `liftHold`.' })
export class RollbackInput extends ScopedInput {
  @Field(() => String, { nullable: true, description: 'Of this stage of the newest rollout only; needs the application.' }) stage?: string | null;
  @Field(() => Int, { nullable: true, description: 'Number of a release that all of them have run; needs the application. Absent: each to what it was well with before.' }) release?: number | null;
  @Field(() => RollbackModeEnum, { nullable: true, defaultValue: 'HOLD', description: 'Whether Git follows. The rollback itself never waits for it.' }) mode?: RollbackMode | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Go back though a repository cannot be read and some agents do not keep the release: these targets are held, and follow when it can be read again. Without it such a rollback is refused.' }) waitForGit?: boolean | null;
  @Field(() => RevertInput, { nullable: true, description: 'How Git follows; with `mode: REVERT` only.' }) revert?: RevertInput | null;
}

@InputType({ description: 'What shall follow its application again.' })
export class LiftHoldInput extends ScopedInput {}

@ObjectType({ description: 'What was set in motion.' })
export class RollbackPayload extends MutationPayload {
  @Field(() => [RolloutType], { description: 'One for each application; empty when refused.' }) rollouts!: RolloutType[];
  @Field(() => [String], { description: 'Targets that stay, since they were never well with anything else, as `application@cluster`; at most 100.' }) staying!: string[];
  @Field(() => [String], { description: 'Targets that go back only when a repository can be read again, as `application@cluster`; at most 100. Empty without `waitForGit`.' }) waitingForGit!: string[];
}

@ObjectType({ description: 'What is held no longer.' })
export class LiftHoldPayload extends MutationPayload {
  @Field(() => [TargetType], { description: 'The targets, at most 200; empty when refused.' }) targets!: TargetType[];
}
