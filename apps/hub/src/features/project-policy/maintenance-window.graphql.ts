import type { FieldIssue, MaintenanceWindow, MaintenanceWindowInput as Written } from '#domain';
import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { selectorIn, SelectorSpecInput, SelectorType, TimeWindowInput, TimeWindowType, toSelectorType, toWindowType } from '../applications/index.js';

@InputType({ description: 'When some clusters may be given new orders by rollouts.' })
export class MaintenanceWindowInput {
  @Field(() => String, { description: 'Its name in the project: a DNS label.' }) name!: string;
  @Field(() => SelectorSpecInput, { description: 'Which clusters, by labels; not by facts, which clusters report themselves.' }) selector!: SelectorSpecInput;
  @Field(() => [TimeWindowInput], { description: 'Inside an ALLOW window, if there is one, and outside every DENY window; at least one.' }) windows!: TimeWindowInput[];
}

@ObjectType('MaintenanceWindow', { description: 'When some clusters may be given new orders by rollouts. A cluster that several select must be inside of all of them.' })
export class MaintenanceWindowType {
  @Field(() => String, { description: 'Its name in the project.' }) name!: string;
  @Field(() => SelectorType, { description: 'Which clusters, by the labels that they have now.' }) selector!: SelectorType;
  @Field(() => [TimeWindowType], { description: 'The windows.' }) windows!: TimeWindowType[];
}

/** What was written as the domain judges it; undefined: nothing was. What is no selector is added to the issues. */
export function maintenanceIn(input: readonly MaintenanceWindowInput[] | null | undefined, issues: FieldIssue[]): readonly Written[] | undefined {
  return input?.map((one, index) => ({ ...one, selector: selectorIn(one.selector, ['maintenanceWindows', String(index), 'selector'], issues) }));
}

export function toMaintenanceWindowType({ name, selector, windows }: MaintenanceWindow): MaintenanceWindowType {
  return { name, selector: toSelectorType(selector), windows: windows.map(toWindowType) };
}
