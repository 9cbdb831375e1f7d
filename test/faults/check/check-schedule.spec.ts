import { describe, expect, it } from '@jest/globals';
import { aContent, aDelete, aMutation, anEvidence, aTransition, aWrite } from './an-evidence.js';
import { checkSchedule } from './check-schedule.js';
import type { ClusterWrite, Evidence, Tombstone } from './evidence.js';

const good = anEvidence();
const withWrites = (...more: readonly ClusterWrite[]): Evidence => anEvidence({ writes: [...good.writes, ...more].toSorted((a, b) => a.at - b.at) });
const tombstone = (over: Partial<Tombstone> = {}): Tombstone => ({ application: 'web', cluster: 'alpha', mode: 'DELETE', cause: 'APPLICATION_DELETED', createdAt: 6_000, acknowledgedAt: 7_000, ...over });
const shrunk = anEvidence({
  commits: [...good.commits, { application: 'web', id: 'c3', content: aContent({ marker: 'v3' }), at: 8_000 }],
  transitions: [...good.transitions, aTransition('c3', 8_500, 3)],
  writes: [...good.writes, ...['a', 'b', 'c'].map((name) => aDelete(name, { at: 9_000 }))],
});

describe('checkSchedule', () => {
  it('finds nothing where everything went well', () => {
    expect(checkSchedule(good)).toEqual([]);
  });

  /** Each breaks one promise; the rule that must find it, and a word of what it must say. */
  it.each<[string, Evidence, string, RegExp]>([
    ['a delete that nobody ordered', withWrites(aDelete('a', { at: 9_000 })), 'no delete without an order', /alpha: delete configmaps web\/a was ordered by nobody/],
    ['a delete before the release that drops the object', withWrites(aDelete('gone', { at: 4_000 })), 'no delete without an order', /ordered by nobody/],
    ['a delete by name alone', withWrites(aDelete('gone', { at: 5_000, hasUid: false })), 'no delete without an order', /names no UID/],
    ['a delete by an orphaning tombstone', { ...withWrites(aDelete('a', { at: 9_000 })), tombstones: [tombstone({ mode: 'ORPHAN' })] }, 'no delete without an order', /ordered by nobody/],
    ['a delete on another cluster than the tombstone', { ...withWrites(aDelete('a', { at: 9_000, cluster: 'beta' })), tombstones: [tombstone()] }, 'no delete without an order', /beta/],
    ['a delete before the tombstone', { ...withWrites(aDelete('a', { at: 5_500 })), tombstones: [tombstone()] }, 'no delete without an order', /ordered by nobody/],
    ['a delete by a release that is no YAML', anEvidence({
      commits: [...good.commits, { application: 'web', id: 'c3', content: { ...aContent({}), isBroken: true }, at: 8_000 }], transitions: [...good.transitions, aTransition('c3', 8_500, 3)],
      writes: [...good.writes, aDelete('a', { at: 9_000 })],
    }), 'no delete without an order', /ordered by nobody/],
    ['a large prune without approval', shrunk, 'no delete without an order', /3 objects of web were pruned without the approval/],
    ['a write into a foreign namespace', withWrites(aWrite({ namespace: 'kube-system', name: 'coredns' })), 'no write outside of what was ordered', /outside of every application/],
    ['a write of an object that no commit declares', withWrites(aWrite({ name: 'surprise' })), 'no write outside of what was ordered', /no commit declares/],
    ['a write by another account', withWrites(aWrite({ isByAgent: false })), 'no write outside of what was ordered', /not the work of the agent/],
    ['a write before any order', withWrites(aWrite({ at: 1_500 })), 'no write outside of what was ordered', /before any order/],
    ['a write after the tombstone was acknowledged', { ...withWrites(aWrite({ at: 9_000, data: { value: 'v2' } })), tombstones: [tombstone({ mode: 'ORPHAN' })] }, 'no write outside of what was ordered', /let go/],
    ['a namespace that goes', withWrites(aDelete('web', { resource: 'namespaces' })), 'no write outside of what was ordered', /takes the namespace away/],
    ['an older release after a newer one', withWrites(aWrite({ at: 9_000, data: { value: 'v1' } })), 'nothing older after something newer', /older order/],
    ['a value that no order has', withWrites(aWrite({ at: 9_000, data: { value: 'by-hand' } })), 'nothing older after something newer', /no order so far/],
    ['a release before its order', withWrites(aWrite({ at: 4_200, data: { value: 'v2' } })), 'nothing older after something newer', /no order so far/],
    ['an older parameter after a newer one', withWrites(aWrite({ at: 9_000, data: { value: 'v2', size: 'size-2' } }), aWrite({ at: 9_100, data: { value: 'v2', size: 'size-1' } })), 'no older setting after a newer one', /size 1 after 2/],
    ['a generation that falls', anEvidence({ transitions: [...good.transitions, aTransition('c2', 9_000, 1)] }), 'generations rise', /generation 1 after ASSIGNED with 2/],
    ['a generation that is used twice', anEvidence({ transitions: [...good.transitions, aTransition('c2', 9_000, 2, { kind: 'TOMBSTONED' })] }), 'generations rise', /TOMBSTONED/],
    ['a release of an older commit', anEvidence({ releases: [...good.releases, { application: 'web', number: 3, commit: 'c1' }] }), 'releases keep the order of pushes', /release 3/],
    ['a release of no commit', anEvidence({ releases: [{ application: 'web', number: 1, commit: 'c9' }] }), 'releases keep the order of pushes', /nobody pushed/],
    ['a mutation that was answered and is not written', anEvidence({ audit: [] }), 'nothing acknowledged is lost', /answered 1 times, written 0 times/],
    ['a mutation that was done twice', anEvidence({ audit: [...good.audit, ...good.audit] }), 'nothing acknowledged is lost', /answered 1 times, written 2 times/],
    ['a lost label', anEvidence({ mutations: [...good.mutations, aMutation('labelCluster', { application: '' })] }), 'nothing acknowledged is lost', /labelCluster: answered 1 times, written 0/],
    ['another answer to the same key', anEvidence({ mutations: [aMutation('createApplication', { secondAnswer: { userErrors: [{ code: 'NAME_TAKEN' }] } })] }), 'nothing acknowledged is lost', /NAME_TAKEN/],
    ['a storm of look-ups', anEvidence({ lookUps: Array.from({ length: 60 }, (_, index) => ({ repository: 'web', at: 1_000 + index })) }), 'one look-up per repository and interval', /60 look-ups/],
    ['a late convergence', anEvidence({ convergedAt: 50_001 }), 'converged in time', /30001 ms/],
    ['no convergence', anEvidence({ convergedAt: undefined, missing: ['web@alpha is FAILED'] }), 'converged in time', /web@alpha is FAILED/],
  ])('finds %s', (_name, evidence, rule, text) => {
    const violations = checkSchedule(evidence);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
    expect(violations.find((violation) => violation.rule === rule)?.text).toMatch(text);
  });

  it.each<[string, Evidence]>([
    ['a delete after a tombstone', { ...withWrites(aDelete('a', { at: 6_500 })), tombstones: [tombstone()] }],
    ['a target that comes back after its removal', { ...withWrites(aWrite({ at: 9_000, data: { value: 'v2' } })), tombstones: [tombstone()], transitions: [...good.transitions, aTransition('c2', 8_000, 4)] }],
    ['a large prune that a person approved', { ...shrunk, mutations: [...shrunk.mutations, aMutation('approvePrune', { sentAt: 8_600 })], audit: [...shrunk.audit, { action: 'approvePrune', subject: 'web', outcome: 'SUCCEEDED' }] }],
    ['a true revert, whose content is that of an older release', anEvidence({
      commits: [...good.commits, { application: 'web', id: 'c3', content: good.commits[0]?.content ?? aContent({}), at: 8_000 }], transitions: [...good.transitions, aTransition('c3', 8_500, 3)],
      writes: [...good.writes, aWrite({ at: 9_000, data: { value: 'v1' } })],
    })],
    ['a write that heals', withWrites(aWrite({ at: 9_000, data: { value: 'v2' } }))],
    ['a refusal, which changes nothing', anEvidence({ mutations: [...good.mutations, aMutation('syncApplication', { refusals: ['NOTHING_TO_SYNC'], secondAnswer: undefined })] })],
  ])('finds nothing wrong with %s', (_name, evidence) => {
    expect(checkSchedule(evidence)).toEqual([]);
  });
});
