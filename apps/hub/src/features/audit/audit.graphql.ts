import { ArgsType, Field, ID, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, graphqlEnum, PageArgs } from '../../platform/api/index.js';
import type { AuditEntry } from './audit.read-model.js';

const OUTCOMES = ['SUCCEEDED', 'REFUSED', 'DENIED'] as const;
const MEANING: Readonly<Record<(typeof OUTCOMES)[number], string>> = { SUCCEEDED: 'It was done.', REFUSED: 'It was not done, as the input could not be accepted.', DENIED: 'It was not done, as the actor may not.' };
const AuditOutcomeEnum = graphqlEnum('AuditOutcome', 'How an audited act ended.', OUTCOMES, (outcome) => MEANING[outcome]);

@ObjectType('AuditEntry', { description: 'One line of the audit log. It is written with the change it tells of and never altered.' })
export class AuditEntryType {
  @Field(() => ID, { description: 'Its id.' }) id!: string;
  @Field(() => DateTime, { description: 'When it happened.' }) at!: Date;
  @Field(() => String, { description: 'PRINCIPAL, SYSTEM or CLUSTER.' }) actorKind!: string;
  @Field(() => String, { description: 'Id of the principal or cluster, or name of the controller.' }) actorId!: string;
  @Field(() => String, { description: 'What was done.' }) action!: string;
  @Field(() => String, { description: 'Kind of what it was done to.' }) objectKind!: string;
  @Field(() => String, { description: 'Id of what it was done to.' }) objectId!: string;
  @Field(() => AuditOutcomeEnum, { description: 'How it ended.' }) outcome!: string;
  @Field(() => String, { nullable: true, description: 'Code of the refusal or denial; null on success.' }) reason!: string | null;
  @Field(() => String, { description: 'Where it came from.' }) origin!: string;
  @Field(() => String, { description: 'Id of the request, as answers and logs name it; empty for controllers.' }) requestId!: string;
  @Field(() => String, { nullable: true, description: 'Digest of what was before.' }) beforeDigest!: string | null;
  @Field(() => String, { nullable: true, description: 'Digest of what was after.' }) afterDigest!: string | null;
}

@ObjectType({ description: 'A page of the audit log.' })
export class AuditEntryConnection extends connectionType('AuditEntry', () => AuditEntryType) {}

@ArgsType()
export class AuditLogArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Only this action.' }) action?: string | null;
  @Field(() => ID, { nullable: true, description: 'Only what was done to this: a global id, or the id that an entry names.' }) objectId?: string | null;
}

export function toAuditEntryType(entry: AuditEntry): AuditEntryType {
  return {
    id: entry.id, at: entry.at, actorKind: entry.actorKind, actorId: entry.actorId, action: entry.action, objectKind: entry.objectKind, objectId: entry.objectId, outcome: entry.outcome,
    reason: entry.reason, origin: entry.origin, requestId: entry.requestId, beforeDigest: entry.beforeDigest, afterDigest: entry.afterDigest,
  };
}
