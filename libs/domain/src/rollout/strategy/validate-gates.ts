import { issuesUnder, type FieldIssue } from '../../field-issue.js';
import { parseName } from '../../names.js';
import { validateWindows, type TimeWindowInput } from '../../window/validate-windows.js';
import { MAX_GATES, type GateSpec } from './gate-spec.js';
import { jobGateOf, metricGateOf, rolloutGateOf, validatorGateOf, type JobGateInput, type MetricGateInput, type ReadGate, type RolloutGateInput, type ValidatorGateInput } from './validate-checked-gates.js';

type Maybe<T> = T | null | undefined;

/** A gate as people write it: its name, and the one thing that it waits for. */
export interface GateInput {
  readonly name?: Maybe<string>;
  readonly approval?: Maybe<{ readonly approvals?: Maybe<number> }>;
  readonly window?: Maybe<{ readonly windows?: Maybe<readonly TimeWindowInput[]> }>;
  readonly metric?: Maybe<MetricGateInput>;
  readonly job?: Maybe<JobGateInput>;
  readonly validator?: Maybe<ValidatorGateInput>;
  readonly rollout?: Maybe<RolloutGateInput>;
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

/** The first thing that was said, read; saying more than one is an issue of its own. */
function gateOf(input: GateInput, name: string): ReadGate {
  const readers = [windowGate, metricGate, jobGate, validatorGate, rolloutGate, approvalGate].map((read) => read(input, name)).filter((read) => read !== undefined);
  const [read, ...others] = readers;
  const message = 'Say the one thing that the gate waits for: approval, window, metric, job, validator or rollout.';
  if (read === undefined) return { spec: { kind: 'APPROVAL', name, approvals: 1 }, issues: [{ code: 'REQUIRED', path: [], message }] };
  return others.length === 0 ? read : { spec: read.spec, issues: [{ code: 'INVALID_VALUE', path: [], message }, ...read.issues] };
}

type Reader = (input: GateInput, name: string) => ReadGate | undefined;

const metricGate: Reader = ({ metric }, name) => (metric === null || metric === undefined ? undefined : metricGateOf(metric, name));
const jobGate: Reader = ({ job }, name) => (job === null || job === undefined ? undefined : jobGateOf(job, name));
const validatorGate: Reader = ({ validator }, name) => (validator === null || validator === undefined ? undefined : validatorGateOf(validator, name));
const rolloutGate: Reader = ({ rollout }, name) => (rollout === null || rollout === undefined ? undefined : rolloutGateOf(rollout, name));

function windowGate({ window }: GateInput, name: string): ReadGate | undefined {
  if (window === null || window === undefined) return undefined;
  const { value, issues } = validateWindows(window.windows);
  const missing: readonly FieldIssue[] = (window.windows ?? []).length > 0 ? [] : [{ code: 'REQUIRED', path: ['window', 'windows'], message: 'Name at least one window.' }];
  return { spec: { kind: 'WINDOW', name, windows: value }, issues: [...missing, ...issuesUnder(['window', 'windows'], issues)] };
}

function approvalGate({ approval }: GateInput, name: string): ReadGate | undefined {
  if (approval === null || approval === undefined) return undefined;
  const approvals = approval.approvals ?? 1;
  const isCount = Number.isInteger(approvals) && approvals >= 1 && approvals <= MAX_APPROVALS;
  return { spec: { kind: 'APPROVAL', name, approvals }, issues: isCount ? [] : [{ code: 'INVALID_VALUE', path: ['approval', 'approvals'], message: `Between 1 and ${MAX_APPROVALS} people.` }] };
}
