import { factNameOf } from '../cluster/facts.js';
import { issuesUnder, type FieldIssue } from '../field-issue.js';
import { parseName } from '../names.js';
import { selectorOf, type SelectorInput } from '../selector/selector-of.js';
import type { Selector } from '../selector/selector.js';
import { validateSelector } from '../selector/validate-selector.js';
import { validateWindows, type TimeWindowInput } from '../window/validate-windows.js';
import { MAX_MAINTENANCE_WINDOWS, type MaintenanceWindow } from './maintenance-window.js';

type Maybe<T> = T | null | undefined;

export interface MaintenanceWindowInput {
  readonly name?: Maybe<string>;
  readonly selector?: Maybe<SelectorInput>;
  readonly windows?: Maybe<readonly TimeWindowInput[]>;
}

/** The maintenance windows as they are stored, with everything that is wrong with them. Pure. @param path where they stand in the input */
export function maintenanceWindowsOf(input: Maybe<readonly MaintenanceWindowInput[]>, path: readonly string[]): { readonly value: readonly MaintenanceWindow[]; readonly issues: readonly FieldIssue[] } {
  const entries = input ?? [];
  if (entries.length > MAX_MAINTENANCE_WINDOWS) return { value: [], issues: [{ code: 'TOO_MANY', path, message: `At most ${MAX_MAINTENANCE_WINDOWS} maintenance windows.` }] };
  const issues: FieldIssue[] = [];
  const value = entries.map((entry, index): MaintenanceWindow => {
    const at = [...path, String(index)];
    const name = entry.name ?? '';
    const selector = selectorOf(entry.selector);
    const windows = validateWindows(entry.windows);
    issues.push(
      ...nameIssues(name, entries.slice(0, index), [...at, 'name']),
      ...issuesUnder([...at, 'selector'], selectorIssues(selector)),
      ...((entry.windows ?? []).length > 0 ? [] : [{ code: 'REQUIRED' as const, path: [...at, 'windows'], message: 'Name at least one window.' }]),
      ...issuesUnder([...at, 'windows'], windows.issues),
    );
    return { name, selector, windows: windows.value };
  });
  return { value, issues };
}

function nameIssues(name: string, before: readonly MaintenanceWindowInput[], path: readonly string[]): readonly FieldIssue[] {
  if (!parseName(name).ok) return [{ code: 'INVALID_NAME', path, message: 'Name it: 1 to 63 lower-case letters, digits and dashes. People see the name where it holds a rollout up.' }];
  return before.some((one) => one.name === name) ? [{ code: 'INVALID_VALUE', path, message: `There is a maintenance window ${JSON.stringify(name)} before it: give it another name.` }] : [];
}

function selectorIssues(selector: Selector): readonly FieldIssue[] {
  const facts = selector.matchExpressions.findIndex(({ key }) => factNameOf(key) !== undefined);
  const byFact = Object.keys(selector.matchLabels).some((key) => factNameOf(key) !== undefined) || facts >= 0;
  if (byFact) return [{ code: 'LABEL_KEY_INVALID', path: [], message: 'A cluster reports its own facts, and could report itself out of its maintenance windows: select by labels.' }];
  return validateSelector(selector);
}
