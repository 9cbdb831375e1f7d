import { issuesUnder, type FieldIssue } from '../../field-issue.js';
import { parseName } from '../../names.js';
import { validateWindows, type TimeWindowInput } from '../../window/validate-windows.js';
import { MAX_GATES, type GateSpec } from './gate-spec.js';

type Maybe<T> = T | null | undefined;

/** A gate as people write it: its name, and the one thing that it waits for. */
export interface GateInput {
  readonly name?: Maybe<string>;
  readonly approval?: Maybe<{ readonly approvals?: Maybe<number> }>;
  readonly window?: Maybe<{ readonly windows?: Maybe<readonly TimeWindowInput[]> }>;
}

const MAX_APPROVALS = 16;

/**
 * The gates of one side of a stage, with everything that is wrong with them. Pure.
 * @param taken names of the other gates of the stage: people approve a gate by stage and name
 */
export function gatesOf(input: Maybe<readonly GateInput[]>, path: readonly string[], taken: readonly string[]): { readonly value: readonly GateSpec[]; readonly issues: readonly FieldIssue[] } {
  const gates = input ?? [];
  if (gates.length > MAX_GATES) return { value: [], issues: [{ code: 'TOO_MANY', path, message: `At most ${MAX_GATES} gates.` }] };
  const issues: FieldIssue[] = [];
  const value = gates.map((gate, index): GateSpec => {
    const at = [...path, String(index)];
    const { name } = gate;
    const earlier = [...taken, ...gates.slice(0, index).map((one) => one.name)];
    if (!parseName(name ?? '').ok) issues.push({ code: 'INVALID_NAME', path: [...at, 'name'], message: 'Name the gate: 1 to 63 lower-case letters, digits and dashes.' });
    else if (earlier.includes(name ?? '')) issues.push({ code: 'INVALID_VALUE', path: [...at, 'name'], message: `The stage has a gate ${JSON.stringify(name)} before this one: give it another name.` });
    const read = gateOf(gate, name ?? '');
    issues.push(...issuesUnder(at, read.issues));
    return read.spec;
  });
  return { value, issues };
}

function gateOf({ approval, window }: GateInput, name: string): { readonly spec: GateSpec; readonly issues: readonly FieldIssue[] } {
  const said = [approval, window].filter((one) => one !== null && one !== undefined).length;
  const unclear: readonly FieldIssue[] = said === 1 ? [] : [{ code: said === 0 ? 'REQUIRED' : 'INVALID_VALUE', path: [], message: 'Say the one thing that the gate waits for: approval or window.' }];
  if (window !== null && window !== undefined) {
    const { value, issues } = validateWindows(window.windows);
    const missing: readonly FieldIssue[] = (window.windows ?? []).length > 0 ? [] : [{ code: 'REQUIRED', path: ['window', 'windows'], message: 'Name at least one window.' }];
    return { spec: { kind: 'WINDOW', name, windows: value }, issues: [...unclear, ...missing, ...issuesUnder(['window', 'windows'], issues)] };
  }
  const approvals = approval?.approvals ?? 1;
  const isCount = Number.isInteger(approvals) && approvals >= 1 && approvals <= MAX_APPROVALS;
  return { spec: { kind: 'APPROVAL', name, approvals }, issues: isCount ? unclear : [...unclear, { code: 'INVALID_VALUE', path: ['approval', 'approvals'], message: `Between 1 and ${MAX_APPROVALS} people.` }] };
}
