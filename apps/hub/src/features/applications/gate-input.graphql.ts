import type { TimeWindow } from '#domain';
import { Field, Float, InputType, Int } from '@nestjs/graphql';
import { Duration, graphqlEnum } from '../../platform/api/index.js';
import { SelectorSpecInput } from './selector-input.graphql.js';

export const WindowKindEnum = graphqlEnum<TimeWindow['kind']>('TimeWindowKind', 'What a window says.', ['ALLOW', 'DENY'], (kind) => (kind === 'ALLOW' ? 'Orders are given inside it alone.' : 'No orders are given inside it; it goes before ALLOW.'));

@InputType({ description: 'People must say yes, with `approveGate`.' })
export class ApprovalGateInput {
  @Field(() => Int, { nullable: true, description: 'How many different people; absent: 1.' }) approvals?: number | null;
}

@InputType({ description: 'When orders may be given, or may not: a schedule that comes again, or a period that comes once.' })
export class TimeWindowInput {
  @Field(() => WindowKindEnum, { description: 'Whether orders may be given inside it.' }) kind!: TimeWindow['kind'];
  @Field(() => String, { nullable: true, description: 'When it opens: five fields of cron.' }) schedule?: string | null;
  @Field(() => String, { nullable: true, description: 'How long it stays open, such as `8h`; 1m to 7d.' }) duration?: string | null;
  @Field(() => String, { nullable: true, description: 'IANA zone of the schedule, such as `Europe/Berlin`.' }) timeZone?: string | null;
  @Field(() => String, { nullable: true, description: 'Instead of a schedule, with kind DENY: when the period begins, with its zone.' }) from?: string | null;
  @Field(() => String, { nullable: true, description: 'When it ends.' }) to?: string | null;
}

@InputType({ description: 'The time must be right: inside an ALLOW window, if there is one, and outside every DENY window.' })
export class WindowGateInput {
  @Field(() => [TimeWindowInput], { description: 'The windows, at least one.' }) windows!: TimeWindowInput[];
}

@InputType({ description: 'The Prometheus of every cluster of the stage is asked, by its agent: before the stage where it is to come, after it where it is well.' })
export class MetricGateInput {
  @Field(() => String, { description: 'The PromQL query; it has one value.' }) query!: string;
  @Field(() => Float, { nullable: true, description: 'The least good value.' }) min?: number | null;
  @Field(() => Float, { nullable: true, description: 'The greatest good value; at least one of the two is said.' }) max?: number | null;
  @Field(() => Duration, { nullable: true, description: 'How often it is asked; absent: 1m.' }) interval?: number | null;
  @Field(() => Int, { nullable: true, description: 'How many good measurements each cluster must give; absent: 1.' }) count?: number | null;
  @Field(() => Int, { nullable: true, description: 'How many bad ones a cluster may give before the gate fails; absent: none.' }) failureLimit?: number | null;
  @Field(() => Duration, { nullable: true, description: 'How long it may take; a source that is down never passes. Absent: 10m.' }) deadline?: number | null;
}

@InputType({ description: 'A Job of the release, marked as a hook of gates, must succeed in every cluster of the stage.' })
export class JobGateInput {
  @Field(() => String, { description: 'Name of the Job.' }) name!: string;
  @Field(() => Duration, { nullable: true, description: 'How long it may take; absent: 10m.' }) deadline?: number | null;
}

@InputType({ description: 'A validator of the project is told the facts of the rollout, and answers pass, fail or wait.' })
export class ValidatorGateInput {
  @Field(() => String, { description: 'Name of the validator.' }) name!: string;
  @Field(() => Duration, { nullable: true, description: 'How often it is asked while it says wait; absent: 1m.' }) interval?: number | null;
  @Field(() => Duration, { nullable: true, description: 'How long it may take; absent: 10m.' }) deadline?: number | null;
}

@InputType({ description: 'Another application of the project must have come as far.' })
export class RolloutGateInput {
  @Field(() => String, { description: 'Its name.' }) application!: string;
  @Field(() => Int, { nullable: true, description: 'Number of the release that it must have reached, or a later one; absent: the newest that it has.' }) release?: number | null;
  @Field(() => SelectorSpecInput, { nullable: true, description: 'Where; absent: on the clusters of the stage.' }) clusters?: SelectorSpecInput | null;
  @Field(() => Duration, { nullable: true, description: 'How long it may take; absent: as long as it takes.' }) deadline?: number | null;
}

@InputType({ description: 'Something that must be so before a stage begins or ends: its name, and the one thing it waits for.' })
export class GateInput {
  @Field(() => String, { description: 'Its name in the stage.' }) name!: string;
  @Field(() => ApprovalGateInput, { nullable: true, description: 'Waits for people.' }) approval?: ApprovalGateInput | null;
  @Field(() => WindowGateInput, { nullable: true, description: 'Waits for the right time. Before a stage it holds for every order in it.' }) window?: WindowGateInput | null;
  @Field(() => MetricGateInput, { nullable: true, description: 'Waits for measurements in every cluster of the stage.' }) metric?: MetricGateInput | null;
  @Field(() => JobGateInput, { nullable: true, description: 'Waits for a Job in every cluster of the stage.' }) job?: JobGateInput | null;
  @Field(() => ValidatorGateInput, { nullable: true, description: 'Waits for a validator of the project.' }) validator?: ValidatorGateInput | null;
  @Field(() => RolloutGateInput, { nullable: true, description: 'Waits for another application.' }) rollout?: RolloutGateInput | null;
}
