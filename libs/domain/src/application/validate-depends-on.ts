import type { FieldIssue } from '../field-issue.js';
import { parseName } from '../names.js';

export const MAX_DEPENDENCIES = 32;

/** Names of applications of the same project. Whether they exist, and form no cycle, is for the caller. Pure. */
export function dependsOnOf(input: readonly string[] | null | undefined): { readonly value: readonly string[]; readonly issues: readonly FieldIssue[] } {
  const names = [...new Set(input ?? [])];
  const issues: FieldIssue[] = [];
  if (names.length > MAX_DEPENDENCIES) issues.push({ code: 'TOO_MANY', path: ['dependsOn'], message: `At most ${MAX_DEPENDENCIES} applications.` });
  for (const [index, name] of names.slice(0, MAX_DEPENDENCIES).entries()) {
    if (!parseName(name).ok) issues.push({ code: 'INVALID_NAME', path: ['dependsOn', String(index)], message: `${JSON.stringify(name.slice(0, 80))} is not the name of an application.` });
  }
  return { value: names, issues };
}
