import { describe, expect, it } from '@jest/globals';
import { aMark, aMutation, anAnswer, anAudit, anEvidence, anOrder, aRow, assigning, aStage, aTaken, aTransition } from './an-evidence.js';
import { checkKills } from './check-kills.js';
import type { KillEvidence, TargetTransition } from './kill-evidence.js';

const good = anEvidence();
const inOrder = (transitions: readonly TargetTransition[]): readonly TargetTransition[] => transitions.toSorted((a, b) => a.at - b.at);
const withMore = (more: Partial<KillEvidence>, from = good): KillEvidence => anEvidence({
  ...from, transitions: inOrder([...from.transitions, ...(more.transitions ?? [])]), audit: [...from.audit, ...(more.audit ?? [])], taken: [...from.taken, ...(more.taken ?? [])].toSorted((a, b) => a.at - b.at),
  answers: [...from.answers, ...(more.answers ?? [])], sightings: [...from.sightings, ...(more.sightings ?? [])].toSorted((a, b) => a.at - b.at), mutations: [...from.mutations, ...(more.mutations ?? [])], refused: more.refused ?? [],
});
/** The second rollout with another course. */
const second = (over: { readonly stages?: KillEvidence['stages']; readonly rows?: KillEvidence['rolloutTargets']; readonly state?: string; readonly transitions?: readonly TargetTransition[]; readonly audit?: KillEvidence['audit']; readonly rest?: Partial<KillEvidence> }): KillEvidence => anEvidence({
  stages: [...good.stages.filter(({ rollout }) => rollout === 'o1'), ...(over.stages ?? good.stages.filter(({ rollout }) => rollout === 'o2'))],
  rolloutTargets: [...good.rolloutTargets.filter(({ rollout }) => rollout === 'o1'), ...(over.rows ?? good.rolloutTargets.filter(({ rollout }) => rollout === 'o2'))],
  rollouts: good.rollouts.map((rollout) => (rollout.id === 'o2' ? { ...rollout, state: over.state ?? rollout.state } : rollout)),
  transitions: [...good.transitions.filter(({ at }) => at < 10_000), ...(over.transitions ?? good.transitions.filter(({ at }) => at >= 10_000))],
  audit: [...good.audit.filter(({ at }) => at < 10_000), ...(over.audit ?? good.audit.filter(({ at }) => at >= 10_000))],
  ...over.rest,
});
const later = <T extends { readonly at: number; readonly cluster: string }>(rows: readonly T[], byMs: number): readonly T[] => rows.map((row) => (row.cluster === 'a' && row.at > 10_000 ? { ...row, at: row.at + byMs } : row)).toSorted((x, y) => x.at - y.at);
/** The cluster of the canary was away until that was closed, and is caught up while the stage after it goes on. */
const caughtUp = (isLeftOut: boolean): KillEvidence => second({
  transitions: inOrder([...(isLeftOut ? [aMark('a', 10_200, 0, 'SKIPPED')] : []), anOrder('a', 10_500, 2, 'r2'), anOrder('b', 10_500, 2, 'r2', { transaction: 'x10500' }), aMark('b', 10_700, 2, 'HEALTHY'), aMark('a', 10_900, 2, 'HEALTHY')]), audit: [assigning('o2', 10_500)],
  rest: { taken: later(good.taken, 400), answers: later(good.answers, 600), sightings: later(good.sightings, 600) },
});
/** Both at once in one stage that lets both go. */
const atOnce = second({
  stages: [aStage('o2', 'all', 0, 10_050, 10_900, { maxConcurrency: 2 })], rows: ['a', 'b'].map((cluster) => aRow('o2', cluster === 'a' ? 'a' : 'b', 'HEALTHY', 2, { stage: 'all' })),
  transitions: [anOrder('a', 10_100, 2, 'r2'), anOrder('b', 10_110, 2, 'r2', { transaction: 'x10100' }), aMark('a', 10_700, 2, 'HEALTHY'), aMark('b', 10_700, 2, 'HEALTHY')], audit: [assigning('o2', 10_100)],
  rest: { taken: [aTaken('a', 120, 1, 'r1'), aTaken('b', 520, 1, 'r1'), aTaken('a', 10_120, 2, 'r2'), aTaken('b', 10_130, 2, 'r2')] },
});
const IDLE = { userErrors: [], clientMutationId: 'retryRollout', hasChanged: false };
const narrow = (evidence: KillEvidence): KillEvidence => ({ ...evidence, stages: evidence.stages.map((stage) => ({ ...stage, maxConcurrency: 1 })) });

describe('checkKills', () => {
  it('finds nothing where everything went well', () => {
    expect(checkKills(good)).toEqual([]);
    expect(checkKills(atOnce)).toEqual([]);
    expect(checkKills(caughtUp(true))).toEqual([]);
    expect(checkKills(withMore({ mutations: [aMutation('retryRollout', { answer: IDLE, secondAnswer: IDLE })] }))).toEqual([]);
  });

  /** Each breaks one promise; the rule that must find it, and a word of what it must say. */
  it.each<[string, KillEvidence, string, RegExp]>([
    ['a target that one rollout assigns twice', withMore({ transitions: [anOrder('b', 10_800, 3, 'r2')], audit: [assigning('o2', 10_800)] }), 'no target is assigned twice', /web@b was assigned forward with generation 2 and again with 3 in rollout 2/],
    ['an order of no rollout', withMore({ transitions: [anOrder('b', 10_800, 3, 'r2')] }), 'no target is assigned twice', /web@b was assigned generation 3 for no rollout/],
    ['an order for a rollout that does not have the target', withMore({ transitions: [anOrder('b', 10_800, 3, 'r9')], audit: [assigning('o2', 10_800)] }), 'no target is assigned twice', /for no rollout/],
    ['an order that an agent took twice', withMore({ taken: [aTaken('a', 10_130, 2, 'r2')] }), 'no target is assigned twice', /agent of a has taken generation 2 of web@a 2 times/],
    ['content that was written twice', anEvidence({ writes: { ...good.writes, 'b web/content': 3 } }), 'no target is assigned twice', /agent of b took 2 orders for web and wrote its content 3 times/],
    ['a target that a rollout left out', second({ rows: [aRow('o2', 'a', 'HEALTHY', 2)] }), 'no target is lost', /web@b is not in rollout 2/],
    ['a rollout that ended without an answer', second({ rows: [aRow('o2', 'a', 'HEALTHY', 2), aRow('o2', 'b', 'MOVING', 2)] }), 'no target is lost', /rollout 2 \(RELEASE\) of web is SUCCEEDED, and web@b in it is MOVING/],
    ['an order that never came', anEvidence({ taken: good.taken.slice(0, -1) }), 'no target is lost', /web@b was ordered generation 2, and the agent of b has 1/],
    ['an agent with an order that the database has lost', withMore({ taken: [aTaken('a', 10_900, 3, 'r2')] }), 'no target is lost', /generation 3 of web@a, of which the database knows nothing/],
    ['an order with another release than the database has', anEvidence({ taken: good.taken.map((order) => (order.at === 10_120 ? { ...order, release: 'r1' } : order)) }), 'no target is lost', /knows nothing/],
    ['an order that an agent refused', withMore({ refused: [{ cluster: 'a', target: 't-a', at: 9_000, reason: 'STALE_GENERATION' }] }), 'no target is lost', /refused an order for web@a: STALE_GENERATION/],
    ['what never came to rest', anEvidence({ missing: ['web: 1 of 2 run v2'] }), 'no target is lost', /1 of 2 run v2/],
    ['a stage that opened before the one before it was closed', second({ stages: [aStage('o2', 'canary', 0, 10_050, 10_450), aStage('o2', 'rest', 1, 10_400, 10_750)] }), 'stages keep their order', /stage rest was opened before stage canary was closed/],
    ['a stage that opened while the one before it never closed', second({ stages: [aStage('o2', 'canary', 0, 10_050, undefined), aStage('o2', 'rest', 1, 10_400, 10_750)] }), 'stages keep their order', /opened before stage canary was closed/],
    ['an order before its stage was open', second({ stages: [aStage('o2', 'canary', 0, 10_050, 10_350), aStage('o2', 'rest', 1, 10_600, 10_750)] }), 'stages keep their order', /web@b was assigned before stage rest was open/],
    ['an order of a stage that never opened', second({ stages: [aStage('o2', 'canary', 0, 10_050, 10_350), aStage('o2', 'rest', 1, undefined, undefined)] }), 'stages keep their order', /before stage rest was open/],
    ['a stage that was closed without an answer', anEvidence({ transitions: good.transitions.filter(({ kind, target }) => !(kind === 'ROLLOUT' && target === 't-a')) }), 'stages keep their order', /stage canary was closed without an answer of web@a/],
    ['an agent that is ahead of the stage before it', anEvidence({ answers: good.answers.map((answer) => (answer.at === 10_250 ? { ...answer, at: 10_550 } : answer)) }), 'stages keep their order', /before that of web@a was well/],
    ['an order that came only after its stage was closed', caughtUp(false), 'stages keep their order', /before that of web@a was well/],
    ['an agent that never said that it was well', anEvidence({ answers: good.answers.filter(({ at }) => at !== 10_250) }), 'stages keep their order', /before that of web@a was well/],
    ['more at once than the stage allows, by the database', narrow(atOnce), 'no more move at once than the stage allows', /2 targets of stage all of rollout 2 \(RELEASE\) of web moved at once by the database; it allows 1/],
    ['more at once, by the agents alone', narrow({ ...atOnce, transitions: inOrder(atOnce.transitions.map((one) => (one.at === 10_110 ? { ...one, at: 10_710 } : one))) }), 'no more move at once than the stage allows', /by the agents/],
    ['an order past the failure budget', anEvidence({ transitions: good.transitions.map((one) => (one.at === 10_300 ? { ...one, message: 'FAILED' } : one)) }), 'nothing is assigned past a failure budget', /assigned web@b after 1 had failed in stage canary/],
    ['an order that breaks a hold', withMore({ transitions: [aTransition('b', 9_000, 'HELD')] }), 'holds are kept', /web@b is held, and rollout 2 \(RELEASE\) of web assigned it generation 2/],
    ['a generation that falls', anEvidence({ transitions: good.transitions.map((one) => (one.at === 10_500 ? { ...one, generation: 1 } : one)) }), 'orders rise', /web@b: the hub gave generation 1 after 1/],
    ['an older order that an agent took', withMore({ taken: [aTaken('b', 10_900, 1, 'r1')] }), 'orders rise', /web@b: the agent of b took generation 1 after 2/],
    ['older content after newer', withMore({ sightings: [{ cluster: 'b', application: 'web', name: 'content', at: 10_800, value: 'v1' }] }), 'what runs follows orders', /web@b ran v1, of an older order than what it ran before/],
    ['content before its order', anEvidence({ sightings: good.sightings.map((one) => (one.at === 10_600 ? { ...one, at: 10_510 } : one)) }), 'what runs follows orders', /web@b ran v2, which its agent had not been ordered/],
    ['other content in the end than is assigned', anEvidence({ sightings: good.sightings.slice(0, -1) }), 'what runs follows orders', /web@b is assigned v2 and runs v1/],
    ['content that is gone', withMore({ sightings: [{ cluster: 'b', application: 'web', name: 'content', at: 10_800, value: undefined }] }), 'what runs follows orders', /web@b ran nothing/],
    ['a mutation that was answered and is not written', anEvidence({ audit: good.audit.slice(1) }), 'nothing acknowledged is lost', /createApplication: answered 1 times, written 0 times/],
    ['a mutation that was done twice', withMore({ audit: [anAudit('createApplication', 'web', 2)] }), 'nothing acknowledged is lost', /answered 1 times, written 2 times/],
    ['a lost pause', withMore({ mutations: [aMutation('pauseRollout')] }), 'nothing acknowledged is lost', /pauseRollout: answered 1 times, written 0 times/],
    ['a word that says it changed nothing, and did', withMore({ mutations: [aMutation('retryRollout', { answer: IDLE, secondAnswer: IDLE })], audit: [anAudit('rollout.retry', 'web', 2)] }), 'nothing acknowledged is lost', /retryRollout: answered 0 times, written 1 times/],
    ['another answer to the same key', anEvidence({ mutations: [aMutation('createApplication', { secondAnswer: { userErrors: [{ code: 'NAME_TAKEN' }] } })] }), 'nothing acknowledged is lost', /NAME_TAKEN/],
  ])('finds %s', (_name, evidence, rule, text) => {
    const violations = checkKills(evidence);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
    expect(violations.find((violation) => violation.rule === rule && text.test(violation.text))?.text).toMatch(text);
  });

  const retried = withMore(
    { transitions: [anOrder('b', 10_800, 3, 'r2'), aMark('b', 10_900, 3, 'HEALTHY')], taken: [aTaken('b', 10_820, 3, 'r2')], audit: [assigning('o2', 10_800)] },
    second({ rows: [aRow('o2', 'a', 'HEALTHY', 2), aRow('o2', 'b', 'HEALTHY', 3)], rest: { targets: good.targets.map((target) => (target.cluster === 'b' ? { ...target, generation: 3 } : target)) } }),
  );
  const wentBack = anEvidence({
    ...withMore(
      { transitions: [anOrder('a', 10_500, 3, 'r1'), aTransition('a', 10_400, 'HELD'), aMark('a', 10_700, 3, 'REVERTED')], audit: [assigning('o2', 10_500)], taken: [aTaken('a', 10_520, 3, 'r1')], sightings: [{ cluster: 'a', application: 'web', name: 'content', at: 10_600, value: 'v1' }] },
      second({
        state: 'ROLLED_BACK', rows: [aRow('o2', 'a', 'REVERTED', 3), aRow('o2', 'b', 'SKIPPED', 0, { generation: undefined })], stages: [aStage('o2', 'canary', 0, 10_050, undefined), aStage('o2', 'rest', 1, undefined, undefined)],
        transitions: [anOrder('a', 10_100, 2, 'r2'), aMark('a', 10_300, 2, 'FAILED')], audit: [assigning('o2', 10_100)],
        rest: {
          taken: good.taken.slice(0, 3), sightings: good.sightings.slice(0, 3), writes: { 'a web/content': 3, 'b web/content': 1 },
          targets: good.targets.map((target) => ({ ...target, release: 'r1', generation: target.cluster === 'a' ? 3 : 1 })),
        },
      }),
    ),
  });
  it.each<[string, KillEvidence]>([
    ['a target that a person has had tried again', withMore({ audit: [anAudit('rollout.retry', 'o2', 10_790)] }, retried)],
    ['a target that waited anew', withMore({ transitions: [aMark('b', 10_790, 0, 'PENDING')] }, retried)],
    ['a rollout that failed and went back', wentBack],
    ['a rollout that a newer one replaced in the middle', second({ state: 'SUPERSEDED', rows: [aRow('o2', 'a', 'HEALTHY', 2), aRow('o2', 'b', 'MOVING', 2)], stages: [aStage('o2', 'canary', 0, 10_050, 10_350), aStage('o2', 'rest', 1, 10_400, undefined)] })],
    ['a stage that a person promoted', withMore({ audit: [anAudit('promoteStage', 'o2', 10_200)], mutations: [aMutation('promoteStage')] }, anEvidence({ answers: good.answers.filter(({ at }) => at !== 10_250) }))],
    ['a hold that was lifted', withMore({ transitions: [aTransition('b', 8_000, 'HELD'), aTransition('b', 9_000, 'HOLD_LIFTED')] })],
    ['an order that was signed anew', withMore(
      { transitions: [aTransition('b', 10_900, 'REISSUED', { generation: 3, release: 'r2' })], taken: [aTaken('b', 10_920, 3, 'r2')], answers: [anAnswer('b', 10_950, 3)] },
      anEvidence({ targets: good.targets.map((target) => (target.cluster === 'b' ? { ...target, generation: 3 } : target)) }),
    )],
    ['a mutation that was refused', withMore({ mutations: [aMutation('retryRollout', { refusals: ['ROLLOUT_OVER'] })] })],
  ])('accepts %s', (_name, evidence) => {
    expect(checkKills(evidence)).toEqual([]);
  });
});
