import { ROLLOUT_WARNINGS, WARNING_SEVERITIES, type RolloutWarning, type RolloutWarningCode, type WarningSeverity } from '#domain';
import { Field, ObjectType } from '@nestjs/graphql';
import { DateTime, graphqlEnum } from '../../platform/api/index.js';

const MEANING: Readonly<Record<RolloutWarningCode, string>> = {
  NO_CLUSTER: 'The application selects no cluster.', STAGE_MATCHES_NOTHING: 'A stage selects no cluster.', STAGE_TAKEN: 'All clusters of a stage go with earlier stages.',
  STAGES_OVERLAP: 'Some clusters of a stage go with earlier stages.', NO_STAGE: 'No stage takes some clusters.', LIMIT_IS_ALL: 'A limit takes all clusters.',
  CONCURRENCY_IS_ALL: 'A percentage of clusters that move at once is all of them.', BUDGET_IS_ALL: 'As many may fail as there are.', WINDOW_NEVER_OPENS: 'No time opens a gate.',
  WINDOW_OPENS_LATE: 'A gate opens in more than a week.', TOO_FEW_APPROVERS: 'Fewer people may approve than must, or no more than that where authors may not.',
  MAINTENANCE_NEVER_OPENS: 'The maintenance windows of clusters never open.', MAINTENANCE_OPENS_LATE: 'The maintenance windows of clusters open in more than a month.',
  GATE_ASKS_NOBODY: 'A gate is skipped, as there was no cluster to ask.', VALIDATOR_UNKNOWN: 'A gate asks a validator that the project does not have.', APPLICATION_UNKNOWN: 'A gate waits for an application that the project does not have.',
};
const SEVERITY_MEANING: Readonly<Record<WarningSeverity, string>> = { WARNING: 'It is surely not meant.', NOTE: 'It may well be meant, and is worth knowing.' };

const WarningCodeEnum = graphqlEnum('StrategyWarningCode', 'What is odd about a strategy.', ROLLOUT_WARNINGS, (code) => MEANING[code]);
const WarningSeverityEnum = graphqlEnum('WarningSeverity', 'How odd it is.', WARNING_SEVERITIES, (severity) => SEVERITY_MEANING[severity]);

@ObjectType('StrategyWarning', { description: 'Something about a strategy, or a rollout, as the fleet is now. It keeps nothing from happening.' })
export class StrategyWarningType {
  @Field(() => WarningCodeEnum, { description: 'What.' }) code!: RolloutWarningCode;
  @Field(() => WarningSeverityEnum, { description: 'How odd it is.' }) severity!: WarningSeverity;
  @Field(() => [String], { description: 'Where: from the specification of an application, or from the rollout.' }) path!: string[];
  @Field(() => String, { description: 'What will happen, why, and the way out.' }) message!: string;
  @Field(() => DateTime, { nullable: true, description: 'When it is over by itself, where that is known.' }) until!: Date | null;
}

export function toWarningType({ code, severity, path, message, until }: RolloutWarning): StrategyWarningType {
  return { code, severity, path: [...path], message, until: until ?? null };
}
