import { DEFAULT_STRATEGY, strategyOf, type StageInput, type StrategyInput } from '#domain';
import { describe, expect, it } from '@jest/globals';

const DAY = 86_400_000;
const all = { all: true } as const;
const stage = (rest: StageInput = {}): StageInput => ({ name: 'prod', selector: all, ...rest });
const staged = (...stages: readonly StageInput[]): StrategyInput => ({ kind: 'STAGED', stages });
const issuesOf = (input: StrategyInput): readonly string[] => strategyOf(input).issues.map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`);

describe('strategyOf', () => {
  it('fills in what was not said', () => {
    expect(strategyOf(staged(stage()))).toEqual({
      value: {
        kind: 'STAGED', onFailure: 'HALT', newerRelease: 'REPLACE', offlineWaitSeconds: 0,
        stages: [{ name: 'prod', selector: { all: true, matchLabels: {}, matchExpressions: [] }, failureBudget: 0, deadlineSeconds: 600, soakSeconds: 0, order: { by: 'NAME' }, before: [], after: [] }],
      },
      issues: [],
    });
  });

  it('keeps what was said', () => {
    const input = stage({
      selector: { matchLabels: { env: 'prod' } }, limit: '20%', maxConcurrency: 5, failureBudget: '10%', deadline: 90_000, soak: 3_600_000, order: { by: 'SPREAD', label: 'region' },
      before: [{ name: 'cab', approval: { approvals: 2 } }], after: [{ name: 'qa', approval: {} }],
    });
    expect(strategyOf({ ...staged(input), onFailure: 'ROLLBACK', newerRelease: 'WAIT', offlineWait: 60_000 })).toEqual({
      value: {
        kind: 'STAGED', onFailure: 'ROLLBACK', newerRelease: 'WAIT', offlineWaitSeconds: 60,
        stages: [{
          name: 'prod', selector: { all: false, matchLabels: { env: 'prod' }, matchExpressions: [] }, limit: '20%', maxConcurrency: 5, failureBudget: '10%', deadlineSeconds: 90, soakSeconds: 3_600,
          order: { by: 'SPREAD', label: 'region' }, before: [{ kind: 'APPROVAL', name: 'cab', approvals: 2 }], after: [{ kind: 'APPROVAL', name: 'qa', approvals: 1 }],
        }],
      },
      issues: [],
    });
  });

  it.each<StrategyInput>([{ kind: 'STAGED' }, { kind: 'STAGED', stages: null }, staged()])('in stages, without any, is the default: a canary, a fifth, the rest', (input) => {
    expect(strategyOf(input)).toEqual({ value: DEFAULT_STRATEGY, issues: [] });
    expect(DEFAULT_STRATEGY.stages.map(({ name, limit, failureBudget, deadlineSeconds }) => [name, limit, failureBudget, deadlineSeconds])).toEqual([['canary', 1, 0, 600], ['early', '20%', 0, 600], ['rest', undefined, 0, 600]]);
  });

  it('keeps the rest where only the stages are the default', () => {
    expect(strategyOf({ kind: 'STAGED', onFailure: 'ROLLBACK' }).value).toEqual({ ...DEFAULT_STRATEGY, onFailure: 'ROLLBACK' });
  });

  it('at once takes what it does, said or not', () => {
    expect(strategyOf({ kind: 'ALL_AT_ONCE', stages: [], onFailure: 'HALT', newerRelease: 'REPLACE', offlineWait: 0 })).toEqual({ value: { kind: 'ALL_AT_ONCE' }, issues: [] });
  });

  it.each<[string, StrategyInput, string]>([
    ['stages', { kind: 'ALL_AT_ONCE', stages: [stage()] }, 'INVALID_VALUE stages: ALL_AT_ONCE has no stages: say kind STAGED.'],
    ['a way back', { kind: 'ALL_AT_ONCE', onFailure: 'ROLLBACK' }, 'INVALID_VALUE onFailure: ALL_AT_ONCE has moved everybody before anything can fail, and goes back by rollback only: say kind STAGED.'],
    ['a place in line', { kind: 'ALL_AT_ONCE', newerRelease: 'WAIT' }, 'INVALID_VALUE newerRelease: ALL_AT_ONCE gives way to every newer release: say kind STAGED.'],
    ['patience', { kind: 'ALL_AT_ONCE', offlineWait: 1 }, 'INVALID_VALUE offlineWait: ALL_AT_ONCE orders clusters that are away like any other, for when they are back: say kind STAGED.'],
  ])('at once refuses %s', (_name, input, issue) => {
    expect(issuesOf(input)).toEqual([issue]);
  });

  const NONE = 'With none at all nothing would ever move: give at least 1 or 1%.';
  const LONGEST = 'No less than none, and at most 720h, which is 30 days.';
  const GATE_NAME = 'Name the gate: 1 to 63 lower-case letters, digits and dashes.';
  it.each<[string, StageInput, string]>([
    ['no name', { name: null }, 'REQUIRED stages.0.name: Name the stage: 1 to 63 lower-case letters, digits and dashes.'],
    ['a bad name', { name: 'Prod EU' }, 'INVALID_NAME stages.0.name: Name the stage: 1 to 63 lower-case letters, digits and dashes.'],
    ['a limit of none', { limit: 0 }, `INVALID_VALUE stages.0.limit: ${NONE}`],
    ['a limit of no share', { limit: '0%' }, `INVALID_VALUE stages.0.limit: ${NONE}`],
    ['a limit in words', { limit: 'some' }, 'INVALID_VALUE stages.0.limit: "some": give a whole number up to 100000, or a percentage from 0% to 100%.'],
    ['no concurrency', { maxConcurrency: 0 }, `INVALID_VALUE stages.0.maxConcurrency: ${NONE}`],
    ['a negative budget', { failureBudget: -1 }, 'INVALID_VALUE stages.0.failureBudget: "-1": give a whole number up to 100000, or a percentage from 0% to 100%.'],
    ['no time', { deadline: 0 }, 'INVALID_VALUE stages.0.deadline: A target needs some time: leave the deadline out for 10m.'],
    ['less than no time', { deadline: -1 }, `INVALID_VALUE stages.0.deadline: ${LONGEST}`],
    ['too long a soak', { soak: 30 * DAY + 1 }, `INVALID_VALUE stages.0.soak: ${LONGEST}`],
    ['a soak before it began', { soak: -1_000 }, `INVALID_VALUE stages.0.soak: ${LONGEST}`],
    ['an order by nothing', { order: { by: 'SPREAD' } }, 'LABEL_KEY_INVALID stages.0.order.label: "": name the label of clusters that the order goes by.'],
    ['an order by no label', { order: { by: 'LABEL', label: 'a b' } }, 'LABEL_KEY_INVALID stages.0.order.label: "a b": the name has letters, digits, "-", "_" and ".", and begins and ends with a letter or digit.'],
    ['an order by a fact', { order: { by: 'SPREAD', label: 'facts.capstan.dev/region' } }, 'LABEL_KEY_INVALID stages.0.order.label: "facts.capstan.dev/region": facts change by themselves, so give a label.'],
    ['a gate without a name', { before: [{ approval: {} }] }, `INVALID_NAME stages.0.before.0.name: ${GATE_NAME}`],
    ['a Job before the stage', { before: [{ name: 'qa', job: { name: 'smoke' } }] }, 'INVALID_VALUE stages.0.before.0.job: A Job comes with its release, which is not there before the stage: put the gate into after, of this stage or of the one before.'],
    ['a gate that waits for nothing', { after: [{ name: 'qa' }] }, 'REQUIRED stages.0.after.0: Say the one thing that the gate waits for: approval, window, metric, job, validator or rollout.'],
    ['a gate that waits for two things', { after: [{ name: 'qa', approval: {}, window: { windows: [{ kind: 'ALLOW', schedule: '0 8 * * *', duration: '8h', timeZone: 'UTC' }] } }] }, 'INVALID_VALUE stages.0.after.0: Say the one thing that the gate waits for: approval, window, metric, job, validator or rollout.'],
    ['a window without windows', { after: [{ name: 'qa', window: {} }] }, 'REQUIRED stages.0.after.0.window.windows: Name at least one window.'],
    ['a gate that nobody need open', { before: [{ name: 'qa', approval: { approvals: 0 } }] }, 'INVALID_VALUE stages.0.before.0.approval.approvals: Between 1 and 16 people.'],
    ['a gate for a crowd', { before: [{ name: 'qa', approval: { approvals: 17 } }] }, 'INVALID_VALUE stages.0.before.0.approval.approvals: Between 1 and 16 people.'],
    ['two gates of one name', { before: [{ name: 'qa', approval: {} }, { name: 'qa', approval: {} }] }, 'INVALID_VALUE stages.0.before.1.name: The stage has a gate "qa" before this one: give it another name.'],
    ['two gates of one name on two sides', { before: [{ name: 'qa', approval: {} }], after: [{ name: 'qa', approval: {} }] }, 'INVALID_VALUE stages.0.after.0.name: The stage has a gate "qa" before this one: give it another name.'],
    ['too many gates', { after: Array.from({ length: 17 }, (_, n) => ({ name: `g${n}`, approval: {} })) }, 'TOO_MANY stages.0.after: At most 16 gates.'],
  ])('refuses %s', (_name, input, issue) => {
    expect(issuesOf(staged(stage(input)))).toEqual([issue]);
  });

  it.each<[string, StageInput, string, string]>([
    ['none', { selector: null }, 'SELECTOR_EMPTY', 'stages.0.selector'],
    ['one that says nothing', { selector: {} }, 'SELECTOR_EMPTY', 'stages.0.selector'],
    ['facts alone', { selector: { matchExpressions: [{ key: 'facts.capstan.dev/x', operator: 'Exists' }] } }, 'SELECTOR_FACTS_ALONE', 'stages.0.selector'],
  ])('refuses a selector as everywhere: %s', (_name, input, code, path) => {
    expect(strategyOf(staged(stage(input))).issues).toMatchObject([{ code, path: path.split('.') }]);
  });

  it('takes the longest and shortest times', () => {
    expect(strategyOf(staged(stage({ deadline: 1, soak: 30 * DAY })))).toMatchObject({ value: { stages: [{ deadlineSeconds: 1, soakSeconds: 30 * 86_400 }] }, issues: [] });
  });

  it('refuses two stages of one name, by the second', () => {
    expect(issuesOf(staged(stage(), stage({ name: 'other' }), stage()))).toEqual(['INVALID_VALUE stages.2.name: There is a stage "prod" before it: give it another name.']);
  });

  it('refuses more stages than anybody can follow', () => {
    expect(issuesOf(staged(...Array.from({ length: 33 }, (_, n) => stage({ name: `s${n}` }))))).toEqual(['TOO_MANY stages: At most 32 stages.']);
  });

  it('says all that is wrong at once', () => {
    expect(issuesOf({ ...staged(stage({ name: '', limit: 0 }), stage({ name: '', soak: -1 })), offlineWait: 31 * DAY }).map((issue) => issue.slice(0, issue.indexOf(':')))).toEqual([
      'REQUIRED stages.0.name', 'INVALID_VALUE stages.0.limit', 'REQUIRED stages.1.name', 'INVALID_VALUE stages.1.soak', 'INVALID_VALUE offlineWait',
    ]);
  });
});
