import { registerEnumType } from '@nestjs/graphql';

/**
 * Registers a GraphQL enum for a list of string constants and answers the object that `@Field(() => ...)` wants. A value
 * such as `cluster:read` is named `CLUSTER_READ`.
 */
export function graphqlEnum<T extends string>(name: string, description: string, values: readonly T[], describe: (value: T) => string): Readonly<Record<string, T>> {
  const members = Object.fromEntries(values.map((value) => [nameOf(value), value]));
  const valuesMap = Object.fromEntries(values.map((value) => [nameOf(value), { description: describe(value) }]));
  registerEnumType(members, { name, description, valuesMap });
  return members;
}

function nameOf(value: string): string {
  return value.includes(':') ? value.replaceAll(':', '_').toUpperCase() : value;
}
