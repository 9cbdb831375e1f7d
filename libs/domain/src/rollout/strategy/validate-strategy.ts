import { issuesUnder, type FieldIssue } from '../../field-issue.js';
import { parseName } from '../../names.js';
import { factNameOf } from '../../cluster/facts.js';
import { labelKeyProblem } from '../../cluster/label-grammar.js';
import { selectorOf, type SelectorInput } from '../../selector/selector-of.js';
import { validateSelector } from '../../selector/validate-selector.js';
import { readQuantity, type Quantity } from './quantity.js';
import {
  DEFAULT_DEADLINE_SECONDS, DEFAULT_STRATEGY, MAX_STAGES, type FailurePolicy, type NewerReleasePolicy, type RolloutStrategy, type RolloutStrategyKind, type StageOrder, type StageSpec,
} from './rollout-strategy.js';
import { gatesOf, type GateInput } from './validate-gates.js';

type Maybe<T> = T | null | undefined;

export interface StageInput {
  readonly name?: Maybe<string>;
  readonly selector?: Maybe<SelectorInput>;
  readonly limit?: Maybe<string | number>;
  readonly maxConcurrency?: Maybe<string | number>;
  readonly failureBudget?: Maybe<string | number>;
  /** Milliseconds, as all lengths of time here. */
  readonly deadline?: Maybe<number>;
  readonly soak?: Maybe<number>;
  readonly order?: Maybe<{ readonly by?: Maybe<StageOrder['by']>; readonly label?: Maybe<string> }>;
  readonly before?: Maybe<readonly GateInput[]>;
  readonly after?: Maybe<readonly GateInput[]>;
}

/** A strategy as people write it. */
export interface StrategyInput {
  readonly kind: RolloutStrategyKind;
  readonly stages?: Maybe<readonly StageInput[]>;
  readonly onFailure?: Maybe<FailurePolicy>;
  readonly newerRelease?: Maybe<NewerReleasePolicy>;
  readonly offlineWait?: Maybe<number>;
}

const LONGEST_SECONDS = 30 * 86_400;

interface Read<T> {
  readonly value: T;
  readonly issues: readonly FieldIssue[];
}

/**
 * A complete strategy with everything that is wrong with it, paths from its root. STAGED without stages is the default one. ALL_AT_ONCE takes nothing
 * that it would not do. Pure.
 */
export function strategyOf(input: StrategyInput): Read<RolloutStrategy> {
  if (input.kind === 'ALL_AT_ONCE') return { value: { kind: 'ALL_AT_ONCE' }, issues: outOfPlace(input) };
  const written = input.stages ?? [];
  if (written.length > MAX_STAGES) return { value: DEFAULT_STRATEGY, issues: [{ code: 'TOO_MANY', path: ['stages'], message: `At most ${MAX_STAGES} stages.` }] };
  const stages = written.map((stage, index) => stageOf(stage, ['stages', String(index)]));
  const names = stages.map(({ value }) => value.name);
  const twice = names.flatMap((name, index) => (name === '' || names.indexOf(name) === index ? [] : [{ code: 'INVALID_VALUE', path: ['stages', String(index), 'name'], message: `There is a stage ${JSON.stringify(name)} before it: give it another name.` } as const]));
  const wait = secondsAt(['offlineWait'], input.offlineWait, 0);
  return {
    value: {
      kind: 'STAGED', stages: stages.length === 0 ? DEFAULT_STRATEGY.stages : stages.map(({ value }) => value), onFailure: input.onFailure ?? DEFAULT_STRATEGY.onFailure,
      newerRelease: input.newerRelease ?? DEFAULT_STRATEGY.newerRelease, offlineWaitSeconds: wait.value,
    },
    issues: [...stages.flatMap(({ issues }) => issues), ...twice, ...wait.issues],
  };
}

/** What was said of a rollout in stages, and would be passed over in silence. */
function outOfPlace({ stages, onFailure, newerRelease, offlineWait }: StrategyInput): readonly FieldIssue[] {
  const issue = (field: string, message: string): FieldIssue => ({ code: 'INVALID_VALUE', path: [field], message });
  return [
    ...((stages ?? []).length === 0 ? [] : [issue('stages', 'ALL_AT_ONCE has no stages: say kind STAGED.')]),
    ...((onFailure ?? 'HALT') === 'HALT' ? [] : [issue('onFailure', 'ALL_AT_ONCE has moved everybody before anything can fail, and goes back by rollback only: say kind STAGED.')]),
    ...((newerRelease ?? 'REPLACE') === 'REPLACE' ? [] : [issue('newerRelease', 'ALL_AT_ONCE gives way to every newer release: say kind STAGED.')]),
    ...((offlineWait ?? 0) === 0 ? [] : [issue('offlineWait', 'ALL_AT_ONCE orders clusters that are away like any other, for when they are back: say kind STAGED.')]),
  ];
}

function stageOf(input: StageInput, path: readonly string[]): Read<StageSpec> {
  const name = input.name ?? '';
  const selector = selectorOf(input.selector);
  const limit = quantityAt([...path, 'limit'], input.limit, 1);
  const maxConcurrency = quantityAt([...path, 'maxConcurrency'], input.maxConcurrency, 1);
  const failureBudget = quantityAt([...path, 'failureBudget'], input.failureBudget ?? 0, 0);
  const deadline = secondsAt([...path, 'deadline'], input.deadline, DEFAULT_DEADLINE_SECONDS);
  const soak = secondsAt([...path, 'soak'], input.soak, 0);
  const order = orderOf(input, [...path, 'order']);
  const before = gatesOf(input.before, [...path, 'before'], []);
  const early = before.value.flatMap((gate, index): FieldIssue[] => (gate.kind === 'JOB' ? [{ code: 'INVALID_VALUE', path: [...path, 'before', String(index), 'job'], message: 'A Job comes with its release, which is not there before the stage: put the gate into after, of this stage or of the one before.' }] : []));
  const after = gatesOf(input.after, [...path, 'after'], before.value.map((gate) => gate.name));
  const issues: FieldIssue[] = [];
  if (!parseName(name).ok) issues.push({ code: name === '' ? 'REQUIRED' : 'INVALID_NAME', path: [...path, 'name'], message: 'Name the stage: 1 to 63 lower-case letters, digits and dashes.' });
  if (deadline.issues.length === 0 && deadline.value === 0) issues.push({ code: 'INVALID_VALUE', path: [...path, 'deadline'], message: 'A target needs some time: leave the deadline out for 10m.' });
  return {
    value: {
      name, selector, failureBudget: failureBudget.value ?? 0, deadlineSeconds: deadline.value, soakSeconds: soak.value, order: order.value, before: before.value, after: after.value,
      ...(limit.value === undefined ? {} : { limit: limit.value }), ...(maxConcurrency.value === undefined ? {} : { maxConcurrency: maxConcurrency.value }),
    },
    issues: [
      ...issues, ...issuesUnder([...path, 'selector'], validateSelector(selector)), ...limit.issues, ...maxConcurrency.issues, ...failureBudget.issues, ...deadline.issues, ...soak.issues,
      ...order.issues, ...before.issues, ...early, ...after.issues,
    ],
  };
}

function orderOf({ order }: StageInput, path: readonly string[]): Read<StageOrder> {
  const by = order?.by ?? 'NAME';
  if (by === 'NAME') return { value: { by }, issues: [] };
  const label = order?.label ?? '';
  const isFact = factNameOf(label) !== undefined;
  const problem = label === '' ? 'name the label of clusters that the order goes by' : isFact ? 'facts change by themselves, so give a label' : labelKeyProblem(label);
  const issues: readonly FieldIssue[] = problem === undefined ? [] : [{ code: 'LABEL_KEY_INVALID', path: [...path, 'label'], message: `${JSON.stringify(label.slice(0, 80))}: ${problem}.` }];
  return { value: { by, label }, issues };
}

/** A share of 0 %, or none at all, would never move anything where at least one is needed. */
function quantityAt(path: readonly string[], written: Maybe<string | number>, least: 0 | 1): Read<Quantity | undefined> {
  if (written === null || written === undefined) return { value: undefined, issues: [] };
  const quantity = readQuantity(written);
  if (!quantity.ok) return { value: undefined, issues: [{ code: 'INVALID_VALUE', path, message: `${JSON.stringify(String(written).slice(0, 40))}: ${quantity.error}.` }] };
  const isTooFew = least === 1 && (quantity.value === 0 || quantity.value === '0%');
  return { value: quantity.value, issues: isTooFew ? [{ code: 'INVALID_VALUE', path, message: 'With none at all nothing would ever move: give at least 1 or 1%.' }] : [] };
}

function secondsAt(path: readonly string[], ms: Maybe<number>, absent: number): Read<number> {
  if (ms === null || ms === undefined) return { value: absent, issues: [] };
  const seconds = Math.ceil(ms / 1_000);
  return { value: seconds, issues: ms >= 0 && seconds <= LONGEST_SECONDS ? [] : [{ code: 'INVALID_VALUE', path, message: 'No less than none, and at most 720h, which is 30 days.' }] };
}
