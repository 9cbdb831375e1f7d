import type { ApprovalPolicy } from '#domain';
import { Field, InputType, ObjectType } from '@nestjs/graphql';

const NOT_BY_AUTHOR = 'Approvals do not count of people who wrote, committed or co-authored what the rollout brings, nor of people whose e-mail addresses are not known.';

@InputType({ description: 'Whose approvals count.' })
export class ApprovalPolicyInput {
  @Field(() => Boolean, { nullable: true, description: `${NOT_BY_AUTHOR} Absent: it stays as it is, which is false at first.` }) notByAuthor?: boolean | null;
}

@ObjectType('ApprovalPolicy', { description: 'Whose approvals count.' })
export class ApprovalPolicyType {
  @Field(() => Boolean, { description: NOT_BY_AUTHOR }) notByAuthor!: boolean;
}

export function approvalPolicyIn(input: ApprovalPolicyInput | null | undefined): Partial<ApprovalPolicy> | undefined {
  return input?.notByAuthor === null || input?.notByAuthor === undefined ? undefined : { notByAuthor: input.notByAuthor };
}
