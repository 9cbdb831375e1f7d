import { assertNever } from '#kernel';
import type { GateSpec, TimeWindow } from '#domain';
import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { Duration } from '../../platform/api/index.js';
import { WindowKindEnum } from './gate-input.graphql.js';
import { SelectorType, toSelectorType } from './selector.graphql.js';

@ObjectType('ApprovalGate', { description: 'People must say yes, with `approveGate`.' })
export class ApprovalGateType {
  @Field(() => Int, { description: 'How many different people.' }) approvals!: number;
}

@ObjectType('TimeWindow', { description: 'When orders may be given, or may not.' })
export class TimeWindowType {
  @Field(() => WindowKindEnum, { description: 'Whether orders may be given inside it.' }) kind!: TimeWindow['kind'];
  @Field(() => String, { nullable: true, description: 'When it opens: five fields of cron; null for a period.' }) schedule!: string | null;
  @Field(() => String, { nullable: true, description: 'How long it stays open.' }) duration!: string | null;
  @Field(() => String, { nullable: true, description: 'IANA zone of the schedule.' }) timeZone!: string | null;
  @Field(() => String, { nullable: true, description: 'When a period begins.' }) from!: string | null;
  @Field(() => String, { nullable: true, description: 'When it ends.' }) to!: string | null;
}

@ObjectType('WindowGate', { description: 'The time must be right.' })
export class WindowGateType {
  @Field(() => [TimeWindowType], { description: 'The windows.' }) windows!: TimeWindowType[];
}

@ObjectType('MetricGate', { description: 'The Prometheus of every cluster of the stage is asked, by its agent.' })
export class MetricGateType {
  @Field(() => String, { description: 'The PromQL query.' }) query!: string;
  @Field(() => Float, { nullable: true, description: 'The least good value.' }) min!: number | null;
  @Field(() => Float, { nullable: true, description: 'The greatest good value.' }) max!: number | null;
  @Field(() => Duration, { description: 'How often it is asked.' }) interval!: number;
  @Field(() => Int, { description: 'How many good measurements each cluster must give.' }) count!: number;
  @Field(() => Int, { description: 'How many bad ones a cluster may give before the gate fails.' }) failureLimit!: number;
  @Field(() => Duration, { description: 'How long it may take.' }) deadline!: number;
}

@ObjectType('JobGate', { description: 'A Job of the release must succeed in every cluster of the stage.' })
export class JobGateType {
  @Field(() => String, { description: 'Name of the Job.' }) name!: string;
  @Field(() => Duration, { description: 'How long it may take.' }) deadline!: number;
}

@ObjectType('ValidatorGate', { description: 'A validator of the project answers pass, fail or wait.' })
export class ValidatorGateType {
  @Field(() => String, { description: 'Name of the validator.' }) name!: string;
  @Field(() => Duration, { description: 'How often it is asked while it says wait.' }) interval!: number;
  @Field(() => Duration, { description: 'How long it may take.' }) deadline!: number;
}

@ObjectType('RolloutGate', { description: 'Another application of the project must have come as far.' })
export class RolloutGateType {
  @Field(() => String, { description: 'Its name.' }) application!: string;
  @Field(() => Int, { nullable: true, description: 'Number of the release that it must have reached, or a later one; null: the newest that it has.' }) release!: number | null;
  @Field(() => SelectorType, { nullable: true, description: 'Where; null: on the clusters of the stage.' }) clusters!: SelectorType | null;
  @Field(() => Duration, { nullable: true, description: 'How long it may take; null: as long as it takes.' }) deadline!: number | null;
}

@ObjectType('GateSpec', { description: 'Something that must be so before a stage begins or ends.' })
export class GateSpecType {
  @Field(() => String, { description: 'Its name in the stage.' }) name!: string;
  @Field(() => ApprovalGateType, { nullable: true, description: 'Waits for people.' }) approval!: ApprovalGateType | null;
  @Field(() => WindowGateType, { nullable: true, description: 'Waits for the right time.' }) window!: WindowGateType | null;
  @Field(() => MetricGateType, { nullable: true, description: 'Waits for measurements in every cluster of the stage.' }) metric!: MetricGateType | null;
  @Field(() => JobGateType, { nullable: true, description: 'Waits for a Job in every cluster of the stage.' }) job!: JobGateType | null;
  @Field(() => ValidatorGateType, { nullable: true, description: 'Waits for a validator of the project.' }) validator!: ValidatorGateType | null;
  @Field(() => RolloutGateType, { nullable: true, description: 'Waits for another application.' }) rollout!: RolloutGateType | null;
}

export function toGateSpecType(gate: GateSpec): GateSpecType {
  const nothing = { approval: null, window: null, metric: null, job: null, validator: null, rollout: null };
  return { name: gate.name, ...nothing, ...conditionOf(gate) };
}

function conditionOf(gate: GateSpec): Partial<GateSpecType> {
  switch (gate.kind) {
    case 'APPROVAL':
      return { approval: { approvals: gate.approvals } };
    case 'WINDOW':
      return { window: { windows: gate.windows.map(toWindowType) } };
    case 'METRIC':
      return {
        metric: {
          query: gate.query, min: gate.min ?? null, max: gate.max ?? null, interval: gate.intervalSeconds * 1_000, count: gate.count, failureLimit: gate.failureLimit, deadline: gate.deadlineSeconds * 1_000,
        },
      };
    case 'JOB':
      return { job: { name: gate.job, deadline: gate.deadlineSeconds * 1_000 } };
    case 'VALIDATOR':
      return { validator: { name: gate.validator, interval: gate.intervalSeconds * 1_000, deadline: gate.deadlineSeconds * 1_000 } };
    case 'ROLLOUT':
      return {
        rollout: {
          application: gate.application, release: gate.release ?? null, clusters: gate.clusters === undefined ? null : toSelectorType(gate.clusters),
          deadline: gate.deadlineSeconds === undefined ? null : gate.deadlineSeconds * 1_000,
        },
      };
    default:
      return assertNever(gate);
  }
}

export function toWindowType(window: TimeWindow): TimeWindowType {
  const nothing = { schedule: null, duration: null, timeZone: null, from: null, to: null };
  return { ...nothing, ...window };
}
