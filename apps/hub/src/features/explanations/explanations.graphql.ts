import { EXPLANATION_STEPS, type Explanation, type ExplanationStep, type ReasonCode } from '#domain';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { DateTime, graphqlEnum } from '../../platform/api/index.js';
import { ReasonCodeEnum } from '../applications/index.js';
import { RolloutHurdleType, toHurdleType } from '../rollouts/index.js';

const MEANING: Readonly<Record<ExplanationStep['kind'], string>> = {
  SELECTOR: 'Whether the selector of the application takes the cluster; one step for each term that does not.', APPLICATION: 'Whether the newest content of the application can be released.',
  RELEASE: 'Which release is the newest, and which is assigned.', HOLD: 'That the target keeps its release after a rollback.', CONNECTION: 'Whether the agent of the cluster is connected.',
  MAINTENANCE: 'Whether the cluster is within the maintenance windows of the project; absent where none holds for it.',
  ROLLOUT: 'The newest rollout that the target takes part in.', STAGE: 'The place of the target in it, and why.', HURDLE: 'One thing that the rollout waits for.',
  TARGET: 'What became of the order, as the agent said last.', HEALTH: 'Whether what runs works; the worst object.',
};
const StepEnum = graphqlEnum('ExplanationStepKind', 'A link of the chain from a selector to a healthy object.', EXPLANATION_STEPS, (kind) => MEANING[kind]);

@ObjectType('ExplanationStep', { description: 'One link of the chain.' })
export class ExplanationStepType {
  @Field(() => StepEnum, { description: 'Which.' }) kind!: ExplanationStep['kind'];
  @Field(() => Boolean, { description: 'Whether nothing here keeps the newest release from running well there.' }) isOk!: boolean;
  @Field(() => String, { description: 'A sentence for people.' }) message!: string;
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why, as a code.' }) reason!: ReasonCode | null;
  @Field(() => String, { nullable: true, description: 'What to do; null: nothing here.' }) advice!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Since when.' }) since!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself, where that is known.' }) until!: Date | null;
  @Field(() => String, { nullable: true, description: 'Of a term of the selector that fails: its key.' }) key!: string | null;
  @Field(() => String, { nullable: true, description: 'What the cluster has under that key; null: nothing.' }) value!: string | null;
  @Field(() => Int, { nullable: true, description: 'Number of the rollout that it is about.' }) rollout!: number | null;
  @Field(() => RolloutHurdleType, { nullable: true, description: 'Of a HURDLE: what the rollout waits for.' }) hurdle!: RolloutHurdleType | null;
}

@ObjectType('ExplanationNext', { description: 'What happens next, or what to do.' })
export class ExplanationNextType {
  @Field(() => String, { description: 'A sentence for people.' }) message!: string;
  @Field(() => DateTime, { nullable: true, description: 'When, where that is known.' }) at!: Date | null;
}

@ObjectType('Explanation', { description: 'Why an application is on a cluster as it is, or is not there.' })
export class ExplanationType {
  @Field(() => [ExplanationStepType], { description: 'Every link of the chain, in order; the first that is not ok is what stands in the way.' }) steps!: ExplanationStepType[];
  @Field(() => ExplanationNextType, { description: 'What happens next, or what to do.' }) next!: ExplanationNextType;
}

export function toExplanationType({ steps, next }: Explanation): ExplanationType {
  return {
    next: { message: next.message, at: next.at ?? null },
    steps: steps.map(({ kind, isOk, message, reason, wayOn, since, until, key, value, rollout, hurdle }) => ({
      kind, isOk, message, reason: reason ?? null, advice: wayOn ?? null, since: since ?? null, until: until ?? null, key: key ?? null, value: value ?? null, rollout: rollout ?? null,
      hurdle: hurdle === undefined ? null : toHurdleType(hurdle),
    })),
  };
}
