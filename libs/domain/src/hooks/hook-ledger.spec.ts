import { describe, expect, it } from '@jest/globals';
import {
  areHooksDue, endedLeftovers, hookObject, hookObjectsOf, intendHook, judgeHook, openLedger, removableHookObjects, withRecords, type Hook, type HookLedger, type HookRecord, type KubeObject,
} from '#domain';
import { T0 } from '#testing';

const job = (name: string, metadata: Partial<KubeObject['metadata']> = {}, spec: Readonly<Record<string, number>> = {}): KubeObject => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'shop', ...metadata }, spec });
const hook = (object: KubeObject): Hook => ({ object, dialect: 'CAPSTAN', events: new Set(['before-install', 'before-upgrade']), wave: 0, deletes: new Set(['before-creation']), deadlineMs: 60_000 });
const order = (generation: number) => ({ epoch: 1n, generation: BigInt(generation) });
const opened = (contentKey: string, generation: number, ledger?: HookLedger): HookLedger => openLedger(ledger, { contentKey, order: order(generation), isInstall: ledger === undefined });
const record = (name: string, state: HookRecord['state'], run = '1-1'): HookRecord => ({ ...intendHook(hook(job(name)), 'before', run, T0), state, ...(state === 'INTENDED' ? {} : { uid: `uid-${name}` }) });

describe('areHooksDue', () => {
  const ledger = (contentKey: string, more: Partial<HookLedger>): HookLedger => ({ ...opened(contentKey, 1), ...more });
  it.each<[boolean, string, HookLedger | undefined, string | undefined]>([
    [true, 'a first release', undefined, undefined],
    [true, 'a release that is not the applied one', undefined, 'old'],
    [false, 'the applied release of an agent that knew no hooks', undefined, 'new'],
    [false, 'a release that was applied whole, ordered again', ledger('new', { isOver: true }), 'new'],
    [true, 'a release that has not come to its end', ledger('new', {}), 'old'],
    [false, 'back to what is applied, when nothing of the other was written', ledger('other', {}), 'new'],
    [true, 'back to what was applied, after something of the other was written', ledger('other', { hasWritten: true }), 'new'],
    [false, 'back to what is applied, long after', ledger('other', { hasWritten: true, isOver: true }), 'new'],
  ])('%s: %s', (expected, _name, before, applied) => {
    expect(areHooksDue(before, applied, 'new')).toBe(expected);
  });
});

describe('openLedger', () => {
  it('goes on with the one that there is, whatever order repeats the release', () => {
    const ledger = withRecords(opened('a', 1), [record('x', 'RUNNING')]);
    expect(opened('a', 2, ledger)).toBe(ledger);
  });

  it('keeps a failure for the same order, and tries again with a newer one what had not succeeded', () => {
    const failed: HookLedger = { ...withRecords(opened('a', 1), [record('done', 'SUCCEEDED'), record('lost', 'FAILED')]), failure: { reason: 'HOOK_FAILED', message: 'x' } };
    expect(opened('a', 1, failed)).toBe(failed);
    const again = opened('a', 2, failed);
    expect(again).not.toHaveProperty('failure');
    expect(again).toMatchObject({ run: '1-2', records: [{ state: 'SUCCEEDED', run: '1-1' }], leftovers: [{ uid: 'uid-lost' }] });
  });

  it('begins anew for another release, and for one that comes back', () => {
    const first = { ...withRecords(opened('a', 1), [record('x', 'SUCCEEDED')]), isOver: true };
    const second = opened('b', 2, first);
    expect(second).toMatchObject({ run: '1-2', isInstall: false, records: [], leftovers: [{ uid: 'uid-x' }] });
    expect(opened('a', 3, second)).toMatchObject({ run: '1-3', records: [] });
  });

  it('forgets the oldest leftovers when there are too many', () => {
    const many = Array.from({ length: 400 }, (_, index) => record(`j${index}`, 'SUCCEEDED'));
    expect(opened('b', 2, withRecords(opened('a', 1), many)).leftovers).toHaveLength(300);
  });
});

describe('what hooks leave behind', () => {
  const kept: HookRecord = { ...record('account', 'SUCCEEDED'), ref: { group: '', kind: 'ServiceAccount', namespace: 'shop', name: 'account' }, apiVersion: 'v1' };
  const volume: HookRecord = { ...record('data', 'SUCCEEDED'), ref: { group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' }, apiVersion: 'v1' };
  const ledger = withRecords(opened('a', 1), [record('x', 'SUCCEEDED'), { ...record('y', 'SUCCEEDED'), isGone: true }, record('z', 'INTENDED'), kept, volume]);

  it('is known by UID alone', () => {
    expect(hookObjectsOf(ledger).map(({ uid }) => uid)).toEqual(['uid-x', 'uid-account', 'uid-data']);
  });

  it('goes with the next release where it has ended, and with the target where it holds no data', () => {
    expect(endedLeftovers(hookObjectsOf(ledger)).map(({ uid }) => uid)).toEqual(['uid-x']);
    expect(removableHookObjects(ledger).map(({ uid }) => uid)).toEqual(['uid-x', 'uid-account']);
  });
});

describe('hookObject', () => {
  it('carries the mark of its run, and keeps its name', () => {
    expect(hookObject(hook(job('migrate')), '1-7', 'before').metadata).toMatchObject({ name: 'migrate', annotations: { 'capstan.dev/hook-run': '1-7/before' } });
  });

  it('gets the same name from generateName whenever it is asked for, another for another run, and never one that is too long', () => {
    const generated = hook(job('migrate-0a1b2c3d', { generateName: 'migrate-' }));
    const name = (run: string): string => hookObject(generated, run, 'before').metadata.name;
    expect(name('1-7')).toMatch(/^migrate-[0-9a-f]{10}$/);
    expect(name('1-7')).toBe(name('1-7'));
    expect(name('1-8')).not.toBe(name('1-7'));
    expect(hookObject(generated, '1-7', 'before').metadata).not.toHaveProperty('generateName');
    expect(hookObject(hook(job('x', { generateName: `${'m'.repeat(80)}-` })), '1-7', 'after').metadata.name.length).toBeLessThanOrEqual(63);
  });

  it('keeps a finished Job until its result can be read', () => {
    expect(hookObject(hook(job('a', {}, { ttlSecondsAfterFinished: 0 })), '1-1', 'before')['spec']).toEqual({ ttlSecondsAfterFinished: 600 });
    expect(hookObject(hook(job('a', {}, { ttlSecondsAfterFinished: 3_600 })), '1-1', 'before')['spec']).toEqual({ ttlSecondsAfterFinished: 3_600 });
    expect(hookObject(hook(job('a')), '1-1', 'before')['spec']).toEqual({});
  });
});

describe('judgeHook', () => {
  const status = (apiVersion: string, kind: string, value: NonNullable<KubeObject['status']>): KubeObject => ({ apiVersion, kind, metadata: { name: 'x' }, status: value });
  it.each<[string, string, KubeObject]>([
    ['RUNNING', 'a Job that has just begun', status('batch/v1', 'Job', {})],
    ['SUCCEEDED', 'a Job that has completed', status('batch/v1', 'Job', { startTime: 'x', conditions: [{ type: 'Complete', status: 'True' }] })],
    ['FAILED', 'a Job that has failed', status('batch/v1', 'Job', { startTime: 'x', conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'm' }] })],
    ['RUNNING', 'a pod that is ready has not ended', status('v1', 'Pod', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] })],
    ['SUCCEEDED', 'a pod that has', status('v1', 'Pod', { phase: 'Succeeded' })],
    ['FAILED', 'a pod that has failed', status('v1', 'Pod', { phase: 'Failed', reason: 'Evicted' })],
    ['RUNNING', 'a workflow', status('argoproj.io/v1alpha1', 'Workflow', { phase: 'Running' })],
    ['FAILED', 'a workflow that could not run', status('argoproj.io/v1alpha1', 'Workflow', { phase: 'Error', message: 'm' })],
    ['SUCCEEDED', 'any other kind, once it is there', status('v1', 'ServiceAccount', {})],
  ])('%s: %s', (expected, _name, live) => {
    expect(judgeHook(live, T0).state).toBe(expected);
  });
});
