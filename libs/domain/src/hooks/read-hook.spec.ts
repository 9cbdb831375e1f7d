import { describe, expect, it } from '@jest/globals';
import { readHook, readWave, sayAnnotationFault, sortOutHooks, testHooks, type KubeObject } from '#domain';

type Annotations = Readonly<Record<string, string>>;
const jobWith = (annotations: Annotations, spec: Readonly<Record<string, number>> = {}): KubeObject => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate', namespace: 'shop', annotations }, spec });

function told(annotations: Annotations): unknown {
  const hook = readHook(jobWith(annotations));
  if (!hook.ok) return sayAnnotationFault(jobWith(annotations), hook.error);
  return hook.value === undefined ? 'none' : { events: [...hook.value.events], wave: hook.value.wave, deletes: [...hook.value.deletes], by: hook.value.dialect };
}
const before = ['before-install', 'before-upgrade'];
const usual = { wave: 0, deletes: ['before-creation'] };

describe('readHook', () => {
  it.each<[string, Annotations, unknown]>([
    ['nothing', {}, 'none'],
    ['a wave alone is no hook', { 'argocd.argoproj.io/sync-wave': '3' }, 'none'],
    ['Helm\'s weight alone is no hook', { 'helm.sh/hook-weight': 'x' }, 'none'],
    ['before', { 'capstan.dev/hook': 'before' }, { events: before, ...usual, by: 'CAPSTAN' }],
    ['several phases', { 'capstan.dev/hook': 'after, on-failure' }, { events: ['after-install', 'after-upgrade', 'on-failure'], ...usual, by: 'CAPSTAN' }],
    ['removal', { 'capstan.dev/hook': 'before-removal,after-removal' }, { events: ['before-removal', 'after-removal'], ...usual, by: 'CAPSTAN' }],
    ['test', { 'capstan.dev/hook': 'test' }, { events: ['test'], ...usual, by: 'CAPSTAN' }],
    ['our wave and policy', { 'capstan.dev/hook': 'apply', 'capstan.dev/wave': '-5', 'capstan.dev/hook-delete': 'succeeded,failed' }, { events: ['apply'], wave: -5, deletes: ['succeeded', 'failed'], by: 'CAPSTAN' }],
    ['PreSync', { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded' }, { events: before, wave: 0, deletes: ['succeeded'], by: 'ARGO_CD' }],
    ['Sync with a wave', { 'argocd.argoproj.io/hook': 'Sync', 'argocd.argoproj.io/sync-wave': '+2' }, { events: ['apply'], wave: 2, deletes: ['before-creation'], by: 'ARGO_CD' }],
    ['PostSync and SyncFail', { 'argocd.argoproj.io/hook': 'PostSync,SyncFail' }, { events: ['after-install', 'after-upgrade', 'on-failure'], ...usual, by: 'ARGO_CD' }],
    ['PreDelete and PostDelete', { 'argocd.argoproj.io/hook': 'PreDelete,PostDelete' }, { events: ['before-removal', 'after-removal'], ...usual, by: 'ARGO_CD' }],
    ['Skip', { 'argocd.argoproj.io/hook': 'Skip' }, { events: [], ...usual, by: 'ARGO_CD' }],
    ['Helm, in any case', { 'helm.sh/hook': 'Pre-Install, post-upgrade', 'helm.sh/hook-weight': '-10', 'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded' }, { events: ['before-install', 'after-upgrade'], wave: -10, deletes: ['before-creation', 'succeeded'], by: 'HELM' }],
    ['Helm\'s removal', { 'helm.sh/hook': 'pre-delete,post-delete' }, { events: ['before-removal', 'after-removal'], ...usual, by: 'HELM' }],
    ['Helm\'s rollback never runs', { 'helm.sh/hook': 'pre-rollback,post-rollback' }, { events: [], ...usual, by: 'HELM' }],
    ['what Helm 3 does not run', { 'helm.sh/hook': 'crd-install' }, { events: [], ...usual, by: 'HELM' }],
    ['Helm\'s tests', { 'helm.sh/hook': 'test-success' }, { events: ['test'], ...usual, by: 'HELM' }],
    ['ours before Argo CD\'s before Helm\'s', { 'capstan.dev/hook': 'after', 'argocd.argoproj.io/hook': 'PreSync', 'helm.sh/hook': 'test' }, { events: ['after-install', 'after-upgrade'], ...usual, by: 'CAPSTAN' }],
    ['each annotation for itself', { 'helm.sh/hook': 'pre-install', 'argocd.argoproj.io/sync-wave': '7', 'helm.sh/hook-weight': '1', 'argocd.argoproj.io/hook-delete-policy': 'HookFailed' }, { events: ['before-install'], wave: 7, deletes: ['failed'], by: 'HELM' }],
    ['a word of ours that is not known', { 'capstan.dev/hook': 'before,afer' }, 'Job.batch shop/migrate: capstan.dev/hook says "afer", which is none of before, apply, after, on-failure, before-removal, after-removal, test, gate'],
    ['Argo CD\'s words in another case', { 'argocd.argoproj.io/hook': 'presync' }, 'Job.batch shop/migrate: argocd.argoproj.io/hook says "presync", which is none of PreSync, Sync, PostSync, SyncFail, PreDelete, PostDelete, Skip'],
    ['skipped and run', { 'argocd.argoproj.io/hook': 'Skip,PreSync' }, 'Job.batch shop/migrate: argocd.argoproj.io/hook says "Skip,PreSync": an object that is skipped has no other phase'],
    ['an empty one', { 'helm.sh/hook': '' }, expect.stringContaining('helm.sh/hook says ""')],
    ['a weight that is no number', { 'helm.sh/hook': 'pre-install', 'helm.sh/hook-weight': 'first' }, 'Job.batch shop/migrate: helm.sh/hook-weight is "first": give a whole number, lower goes first'],
    ['a policy that is not known', { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/hook-delete-policy': 'Always' }, expect.stringContaining('argocd.argoproj.io/hook-delete-policy says "Always", which is none of BeforeHookCreation, HookSucceeded, HookFailed')],
    ['a deadline without end', { 'capstan.dev/hook': 'before', 'capstan.dev/hook-deadline': '0s' }, 'Job.batch shop/migrate: capstan.dev/hook-deadline is "0s": give a time from 1s to 24h, such as 90s, 10m or 1h30m'],
    ['our words for hooks on what is none', { 'capstan.dev/hook-deadline': '1m' }, 'Job.batch shop/migrate: capstan.dev/hook-deadline is for hooks: say which one it is with capstan.dev/hook, or leave it out'],
  ])('%s', (_name, annotations, expected) => {
    expect(told(annotations)).toEqual(expected);
  });

  it.each<[string, string | undefined, Readonly<Record<string, number>>, number]>([
    ['five minutes by default', undefined, {}, 300_000],
    ['seconds', '90s', {}, 90_000],
    ['hours and minutes', '1h30m', {}, 5_400_000],
    ['what a Job gives itself, and a moment', undefined, { activeDeadlineSeconds: 3_600 }, 3_630_000],
    ['not less for a Job that is quick', undefined, { activeDeadlineSeconds: 10 }, 300_000],
    ['the annotation before the Job', '2m', { activeDeadlineSeconds: 3_600 }, 120_000],
    ['never more than a day', undefined, { activeDeadlineSeconds: 10_000_000 }, 86_400_000],
  ])('gives a deadline: %s', (_name, value, spec, expected) => {
    const hook = readHook(jobWith({ 'capstan.dev/hook': 'before', ...(value === undefined ? {} : { 'capstan.dev/hook-deadline': value }) }, spec));
    expect(hook).toMatchObject({ ok: true, value: { deadlineMs: expected } });
  });
});

describe('readWave', () => {
  const wave = (annotations: Annotations, isHook = false): unknown => {
    const read = readWave({ name: 'a', annotations }, isHook);
    return read.ok ? read.value : read.error.annotation;
  };
  it.each<[string, Annotations, unknown]>([
    ['0 without any', {}, 0],
    ['ours first', { 'capstan.dev/wave': '2', 'argocd.argoproj.io/sync-wave': '1' }, 2],
    ['Argo CD\'s', { 'argocd.argoproj.io/sync-wave': ' -3 ' }, -3],
    ['-0 is 0', { 'argocd.argoproj.io/sync-wave': '-0' }, 0],
    ['not beyond our bounds', { 'capstan.dev/wave': '1001' }, 'capstan.dev/wave'],
    ['Argo CD knows none', { 'argocd.argoproj.io/sync-wave': '100000' }, 100_000],
    ['no fraction', { 'argocd.argoproj.io/sync-wave': '1.5' }, 'argocd.argoproj.io/sync-wave'],
    ['no word', { 'capstan.dev/wave': 'last' }, 'capstan.dev/wave'],
    ['no weight but for hooks', { 'helm.sh/hook-weight': '4' }, 0],
  ])('%s', (_name, annotations, expected) => {
    expect(wave(annotations)).toBe(expected);
  });
});

describe('sortOutHooks', () => {
  const plain: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };
  const named = (name: string, annotations: Annotations): KubeObject => ({ ...jobWith(annotations), metadata: { name, namespace: 'shop', annotations } });

  it('takes objects and hooks apart, and keeps the keys of those that never run', () => {
    const skipped = named('skipped', { 'argocd.argoproj.io/hook': 'Skip' });
    const test = named('test', { 'helm.sh/hook': 'test' });
    const run = named('run', { 'helm.sh/hook': 'test,post-install' });
    const sorted = sortOutHooks([plain, skipped, test, run]);
    expect(sorted.ok && [sorted.value.objects, sorted.value.hooks.map(({ object }) => object), [...sorted.value.aside]]).toEqual([
      [plain], [run], ['batch/Job/shop/skipped', 'batch/Job/shop/test', 'batch/Job/shop/run'],
    ]);
    expect(testHooks([plain, skipped, test, run]).map(({ object }) => object)).toEqual([test, run]);
  });

  it.each<[string, KubeObject, string]>([
    ['a hook that does not read', named('x', { 'capstan.dev/hook': 'soon' }), 'capstan.dev/hook says "soon"'],
    ['an object whose wave does not', { ...plain, metadata: { ...plain.metadata, annotations: { 'capstan.dev/wave': 'x' } } }, 'ConfigMap shop/a: capstan.dev/wave is "x"'],
  ])('refuses the whole for %s', (_name, object, message) => {
    expect(sortOutHooks([plain, object])).toMatchObject({ ok: false, error: { code: 'INVALID_OBJECT', message: expect.stringContaining(message) } });
  });

  it('takes a hundred hooks and no more', () => {
    const many = Array.from({ length: 101 }, (_, index) => named(`h${index}`, { 'capstan.dev/hook': 'before' }));
    expect(sortOutHooks(many.slice(1)).ok).toBe(true);
    expect(sortOutHooks(many)).toMatchObject({ ok: false, error: { message: expect.stringContaining('101 hooks') } });
  });
});
