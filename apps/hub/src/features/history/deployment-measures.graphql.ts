import type { DeploymentMeasures, MeasuredWindow, Spread } from '#domain';
import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { DateTime, Duration } from '../../platform/api/index.js';
import type { MeasuredProject } from './deployment-measures.read-model.js';

export const MOST_APPLICATIONS = 200;

@ObjectType('MeasuredTime', { description: 'How long something took.' })
export class MeasuredTimeType {
  @Field(() => Int, { description: 'How many were measured.' }) count!: number;
  @Field(() => Duration, { description: 'Half of them took at most so long.' }) p50!: number;
  @Field(() => Duration, { description: 'Nine of ten took at most so long.' }) p90!: number;
}

@ObjectType('DeploymentMeasures', { description: 'The four measures of DORA. A deployment is a release that began, as the first stage of its rollout opened, for the first time; that it is tried again makes no other.' })
export class DeploymentMeasuresType {
  @Field(() => Int, { description: 'How many began in the window.' }) deployments!: number;
  @Field(() => Float, { description: 'Deployment frequency: how many for each day of the window.' }) perDay!: number;
  @Field(() => MeasuredTimeType, { nullable: true, description: 'Lead time: from the commit to the moment when the last target was healthy, of those that went well; null: none did.' }) leadTime!: MeasuredTimeType | null;
  @Field(() => Int, { description: 'How many failed, halted, went back, or were rolled back by a person, on any target.' }) failed!: number;
  @Field(() => Float, { nullable: true, description: 'Change failure rate: the failed ones, as a part of all, from 0 to 1; null: there were none.' }) changeFailureRate!: number | null;
  @Field(() => MeasuredTimeType, { nullable: true, description: 'Time to restore: from the failure until it had gone back or went well after all, or the next rollout had; null: nothing was restored.' }) timeToRestore!: MeasuredTimeType | null;
  @Field(() => Int, { description: 'Failed ones that nothing has restored yet.' }) notRestored!: number;
}

@ObjectType('ApplicationMeasures', { description: 'The measures of one application.' })
export class ApplicationMeasuresType {
  @Field(() => String, { description: 'Its name.' }) application!: string;
  @Field(() => DeploymentMeasuresType, { description: 'Its measures.' }) measures!: DeploymentMeasuresType;
}

@ObjectType('ProjectMeasures', { description: 'The measures of a project, or of one application of it, in a window of time.' })
export class ProjectMeasuresType {
  @Field(() => DateTime, { description: 'Where the window begins.' }) since!: Date;
  @Field(() => DateTime, { description: 'Where it ends; what begins then does not count.' }) until!: Date;
  @Field(() => DeploymentMeasuresType, { description: 'Over all.' }) total!: DeploymentMeasuresType;
  @Field(() => [ApplicationMeasuresType], { description: `Of each application with deployments, the busiest first; at most ${MOST_APPLICATIONS}.` }) applications!: ApplicationMeasuresType[];
}

export function toProjectMeasuresType({ total, applications }: MeasuredProject, { since, until }: MeasuredWindow): ProjectMeasuresType {
  return { since, until, total: toMeasuresType(total), applications: applications.slice(0, MOST_APPLICATIONS).map(({ name, measures }) => ({ application: name, measures: toMeasuresType(measures) })) };
}

function toMeasuresType({ deployments, perDay, leadTime, failed, changeFailureRate, timeToRestore, notRestored }: DeploymentMeasures): DeploymentMeasuresType {
  return { deployments, perDay, failed, notRestored, leadTime: toTimeType(leadTime), timeToRestore: toTimeType(timeToRestore), changeFailureRate: changeFailureRate ?? null };
}

function toTimeType(spread: Spread | undefined): MeasuredTimeType | null {
  return spread === undefined ? null : { count: spread.count, p50: spread.p50Ms, p90: spread.p90Ms };
}
