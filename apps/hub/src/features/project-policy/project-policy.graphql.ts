import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { MutationInput, MutationPayload } from '../../platform/api/index.js';
import { HealthRuleInput, IgnoreRuleInput } from '../applications/index.js';
import { ApprovalPolicyInput } from './approval-policy.graphql.js';
import { MaintenanceWindowInput } from './maintenance-window.graphql.js';
import { ProjectType } from '../projects/index.js';

@InputType({ description: 'A new project.' })
export class CreateProjectInput extends MutationInput {
  @Field(() => String, { description: 'Name: a DNS label, unique.' }) name!: string;
  @Field(() => [HealthRuleInput], { nullable: true, description: 'How the health of kinds is told in all its applications; their own rules go before.' }) health?: HealthRuleInput[] | null;
  @Field(() => [IgnoreRuleInput], { nullable: true, description: 'Differences that are not drift in all its applications.' }) ignore?: IgnoreRuleInput[] | null;
  @Field(() => [MaintenanceWindowInput], { nullable: true, description: 'When clusters may be given new orders by rollouts of any of its applications.' }) maintenanceWindows?: MaintenanceWindowInput[] | null;
  @Field(() => ApprovalPolicyInput, { nullable: true, description: 'Whose approvals of gates count.' }) approvals?: ApprovalPolicyInput | null;
}

@ObjectType({ description: 'The new project.' })
export class CreateProjectPayload extends MutationPayload {
  @Field(() => ProjectType, { nullable: true, description: 'The project; null when refused.' }) project!: ProjectType | null;
}

@InputType({ description: 'New rules of a project. What is absent stays as it is; an empty list takes the rules away.' })
export class UpdateProjectInput extends MutationInput {
  @Field(() => String, { description: 'Name of the project.' }) name!: string;
  @Field(() => [HealthRuleInput], { nullable: true, description: 'How the health of kinds is told in all its applications; their own rules go before.' }) health?: HealthRuleInput[] | null;
  @Field(() => [IgnoreRuleInput], { nullable: true, description: 'Differences that are not drift in all its applications.' }) ignore?: IgnoreRuleInput[] | null;
  @Field(() => [MaintenanceWindowInput], { nullable: true, description: 'When clusters may be given new orders by rollouts of any of its applications.' }) maintenanceWindows?: MaintenanceWindowInput[] | null;
  @Field(() => ApprovalPolicyInput, { nullable: true, description: 'Whose approvals of gates count.' }) approvals?: ApprovalPolicyInput | null;
  @Field(() => Int, { nullable: true, description: 'Refuse when the project has another version by now.' }) version?: number | null;
}

@ObjectType({ description: 'The changed project.' })
export class UpdateProjectPayload extends MutationPayload {
  @Field(() => ProjectType, { nullable: true, description: 'The project; null when refused.' }) project!: ProjectType | null;
}
