import { GATE_STATES, saySkippedGate, STAGE_STATES, type GateRow, type GateState, type StageState } from '#domain';
import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { DateTime, Duration, graphqlEnum } from '../../platform/api/index.js';
import { GateSpecType, toGateSpecType } from '../applications/index.js';
import type { GateView, StageView } from './stages.read-model.js';

const STAGE_MEANING: Readonly<Record<StageState, string>> = { PENDING: 'Not open yet.', OPEN: 'Its targets move.', CLOSED: 'Done.' };
const GATE_MEANING: Readonly<Record<GateState, string>> = { PENDING: 'Nobody has come to it yet.', WAITING: 'It holds the rollout up.', PASSED: 'Open.', FAILED: 'It has failed, and the rollout with it.', WAIVED: 'A person let the stage pass it.', SKIPPED: 'It asks in clusters, and there was none to ask: it has said nothing.' };
const SIDE_MEANING: Readonly<Record<GateRow['side'], string>> = { BEFORE: 'Before the stage begins.', AFTER: 'Before the stage ends.' };

const StageStateEnum = graphqlEnum('StageState', 'Where a stage stands.', STAGE_STATES, (state) => STAGE_MEANING[state]);
const GateStateEnum = graphqlEnum('GateState', 'Where a gate stands.', GATE_STATES, (state) => GATE_MEANING[state]);
const GateSideEnum = graphqlEnum('GateSide', 'When a gate is asked.', ['BEFORE', 'AFTER'] as const, (side) => SIDE_MEANING[side]);

@ObjectType('GateApproval', { description: 'The yes of one person.' })
export class GateApprovalType {
  @Field(() => String, { description: 'Who.' }) by!: string;
  @Field(() => String, { description: 'What they said; empty: nothing.' }) comment!: string;
  @Field(() => DateTime, { description: 'When.' }) at!: Date;
}

const CheckVerdictEnum = graphqlEnum('GateCheckVerdict', 'What the checks have come to.', ['PASSED', 'FAILED'] as const, (verdict) => (verdict === 'PASSED' ? 'Good.' : 'Not good: the gate fails.'));

@ObjectType('GateCheck', { description: 'What the checks of a gate came to, in one cluster or with the hub.' })
export class GateCheckType {
  @Field(() => String, { nullable: true, description: 'In which cluster; null: the hub asked, or it is about the application that is waited for as a whole.' }) cluster!: string | null;
  @Field(() => CheckVerdictEnum, { nullable: true, description: 'What they came to; null: not decided yet.' }) verdict!: 'PASSED' | 'FAILED' | null;
  @Field(() => Int, { description: 'How many were good.' }) passes!: number;
  @Field(() => Int, { description: 'How many were not.' }) failures!: number;
  @Field(() => String, { description: 'The last answer, or why there is none.' }) message!: string;
  @Field(() => Float, { nullable: true, description: 'The last value of a metric.' }) value!: number | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was answered.' }) at!: Date | null;
}

@ObjectType('Gate', { description: 'Something that must be so before a stage begins or ends.' })
export class GateType {
  @Field(() => String, { description: 'Its name in the stage.' }) name!: string;
  @Field(() => GateSideEnum, { description: 'When it is asked.' }) side!: GateRow['side'];
  @Field(() => GateStateEnum, { description: 'Where it stands.' }) state!: GateState;
  @Field(() => DateTime, { nullable: true, description: 'Since when.' }) since!: Date | null;
  @Field(() => String, { nullable: true, description: 'Why it is skipped; null in every other state.' }) message!: string | null;
  @Field(() => GateSpecType, { description: 'What it waits for.' }) spec!: GateSpecType;
  @Field(() => [GateApprovalType], { description: 'Who has said yes.' }) approvals!: GateApprovalType[];
  @Field(() => [GateCheckType], { description: 'What checks have come to, of a gate that is checked. Of one that waits for another application: what is seen of it now, cluster by cluster, those first that are waited for, at most 200; empty when it waits no more.' }) checks!: GateCheckType[];
}

@ObjectType('StageCounts', { description: 'How many targets of a stage are in which state.' })
export class StageCountsType {
  @Field(() => Int, { description: 'Not assigned yet.' }) pending!: number;
  @Field(() => Int, { description: 'At work.' }) moving!: number;
  @Field(() => Int, { description: 'Done.' }) healthy!: number;
  @Field(() => Int, { description: 'Failed.' }) failed!: number;
  @Field(() => Int, { description: 'Not taking part.' }) skipped!: number;
  @Field(() => Int, { description: 'Of those, the ones whose cluster is away; they are caught up.' }) offline!: number;
  @Field(() => Int, { description: 'On the way back.' }) reverting!: number;
  @Field(() => Int, { description: 'Gone back.' }) reverted!: number;
  @Field(() => Int, { description: 'Could not go back.' }) revertFailed!: number;
}

@ObjectType('Stage', { description: 'A group of targets of a rollout that moves together.' })
export class StageType {
  @Field(() => String, { description: 'Its name.' }) name!: string;
  @Field(() => Int, { description: 'Its place, from 0.' }) ordinal!: number;
  @Field(() => StageStateEnum, { description: 'Where it stands.' }) state!: StageState;
  @Field(() => Int, { nullable: true, description: 'How many targets move at once; null: all.' }) maxConcurrency!: number | null;
  @Field(() => Int, { nullable: true, description: 'How many may fail before the rollout halts; null: all.' }) failureBudget!: number | null;
  @Field(() => Duration, { nullable: true, description: 'How long a target may take; null: it is waited for.' }) deadline!: number | null;
  @Field(() => Duration, { description: 'How long all its targets must stay healthy.' }) soak!: number;
  @Field(() => DateTime, { nullable: true, description: 'Since when it soaks.' }) soaksSince!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was promoted.' }) promotedAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Who promoted it.' }) promotedBy!: string | null;
  @Field(() => String, { nullable: true, description: 'Why it was promoted.' }) promotedReason!: string | null;
  @Field(() => [GateType], { description: 'Its gates, those before it first.' }) gates!: GateType[];
  @Field(() => StageCountsType, { description: 'How its targets are.' }) counts!: StageCountsType;
  @Field(() => DateTime, { nullable: true, description: 'When it opened.' }) openedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it closed.' }) closedAt!: Date | null;
}

export function toStageType(view: StageView): StageType {
  const { name, ordinal, state, counts, soakMs, gates } = view;
  return {
    name, ordinal, state, counts, soak: soakMs, gates: gates.map((gate) => toGateType(name, gate)), maxConcurrency: view.maxConcurrency ?? null, failureBudget: view.failureBudget ?? null, deadline: view.deadlineMs ?? null,
    soaksSince: view.soaksSince ?? null, promotedAt: view.promoted?.at ?? null, promotedBy: view.promoted?.by ?? null, promotedReason: view.promoted?.reason ?? null,
    openedAt: view.openedAt ?? null, closedAt: view.closedAt ?? null,
  };
}

function toGateType(stage: string, { side, state, since, spec, approvals, checks }: GateView): GateType {
  return {
    name: spec.name, side, state, since: since ?? null, message: saySkippedGate(stage, { side, state }) ?? null, spec: toGateSpecType(spec), approvals: approvals.map((approval) => ({ ...approval })),
    checks: checks.map((check) => ({ ...check, cluster: check.cluster ?? null, verdict: check.verdict ?? null, value: check.value ?? null, at: check.at ?? null })),
  };
}
