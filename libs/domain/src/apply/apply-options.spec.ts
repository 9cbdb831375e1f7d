import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyOptionsOf, readApplyOptions, removalPolicyOf } from '#domain';

const ARGO = 'argocd.argoproj.io/sync-options';
const OURS = 'capstan.dev/apply';
const plain = { mode: 'APPLY', force: false, replace: false };
const of = (annotations: Record<string, string>) => readApplyOptions({ name: 'x', annotations });

describe('how an object wants to be applied', () => {
  it.each([
    [{}, plain],
    [{ [OURS]: 'force' }, { ...plain, force: true }],
    [{ [OURS]: 'replace' }, { ...plain, replace: true }],
    [{ [OURS]: ' force , replace ' }, { ...plain, force: true, replace: true }],
    [{ [OURS]: 'create-only' }, { ...plain, mode: 'CREATE_ONLY' }],
    [{ [OURS]: 'skip' }, { ...plain, mode: 'SKIP' }],
    [{ [ARGO]: 'Replace=true' }, { ...plain, force: true }],
    [{ [ARGO]: 'Force=true' }, { ...plain, force: true, replace: true }],
    [{ [ARGO]: 'Prune=false, Force = true,Replace=true' }, { ...plain, force: true, replace: true }],
    [{ [ARGO]: 'Replace=true,Replace=false' }, plain],
    [{ [ARGO]: 'Force=false' }, plain],
    // They say what Capstan always does, or what it never does.
    [{ [ARGO]: 'ServerSideApply=false,Validate=false,SkipDryRunOnMissingResource=true,ApplyOutOfSyncOnly=true,CreateNamespace=true' }, plain],
    // What we are told ourselves counts alone.
    [{ [OURS]: 'replace', [ARGO]: 'Replace=true' }, { ...plain, replace: true }],
    [{ [OURS]: 'create-only', [ARGO]: 'Force=maybe' }, { ...plain, mode: 'CREATE_ONLY' }],
  ])('%j', (annotations, expected) => {
    expect(of(annotations)).toEqual({ ok: true, value: expected });
  });

  it.each([
    [{ [OURS]: '' }, 'capstan.dev/apply is ""; it takes force, replace, create-only, skip, or force and replace together with a comma'],
    [{ [OURS]: 'force,frce' }, 'capstan.dev/apply is "force,frce"; it takes'],
    [{ [OURS]: 'create-only,force' }, 'capstan.dev/apply is "create-only,force", which contradicts itself; it takes'],
    [{ [OURS]: 'skip,replace' }, 'which contradicts itself'],
    [{ [ARGO]: 'Force=maybe' }, 'argocd.argoproj.io/sync-options is "Force=maybe"; Force and Replace take true or false'],
  ])('refuses %j', (annotations, message) => {
    const read = of(annotations);
    expect(read.ok ? '' : read.error).toContain(message);
  });

  it('never throws, whatever is written, and says no more than a line', () => {
    fc.assert(fc.property(fc.record({ [OURS]: fc.string(), [ARGO]: fc.string() }, { requiredKeys: [] }), (annotations) => {
      const meta = { name: 'x', annotations };
      const read = readApplyOptions(meta);
      if (!read.ok) expect(read.error.length).toBeLessThan(600);
      expect(applyOptionsOf(meta)).toEqual(read.ok ? read.value : plain);
      removalPolicyOf(meta, 'PRUNE');
    }));
  });
});
