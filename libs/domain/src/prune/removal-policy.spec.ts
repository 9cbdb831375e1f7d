import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { policyOfWishes, removalPolicyOf, removalWishesOf, withLiveWishes, type ObjectMeta, type RemovalPolicy } from '#domain';

const ARGO = 'argocd.argoproj.io/sync-options';
const HELM = 'helm.sh/resource-policy';
const PRUNE = 'capstan.dev/prune';
const PROTECT = 'capstan.dev/protect';
const meta = (annotations: Readonly<Record<string, string>>): ObjectMeta => ({ name: 'a', annotations });

describe('removalPolicyOf', () => {
  it.each<[string, Readonly<Record<string, string>>, RemovalPolicy, RemovalPolicy]>([
    ['nothing said', {}, 'REMOVE', 'REMOVE'],
    ['capstan.dev/prune: disabled', { [PRUNE]: 'disabled' }, 'KEEP', 'KEEP'],
    ['a value that nobody knows', { [PRUNE]: 'disable' }, 'KEEP', 'KEEP'],
    ['capstan.dev/protect', { [PROTECT]: 'true' }, 'CONFIRM', 'CONFIRM'],
    ['capstan.dev/protect: false', { [PROTECT]: 'false' }, 'REMOVE', 'REMOVE'],
    ['protected and disabled: it stays', { [PRUNE]: 'disabled', [PROTECT]: 'true' }, 'KEEP', 'KEEP'],
    ['protected and enabled: a person is asked', { [PRUNE]: 'enabled', [PROTECT]: 'true' }, 'CONFIRM', 'CONFIRM'],
    ['Prune=false speaks of prunes', { [ARGO]: 'Prune=false' }, 'KEEP', 'REMOVE'],
    ['Delete=false speaks of removals', { [ARGO]: 'Delete=false' }, 'REMOVE', 'KEEP'],
    ['Prune=confirm among others', { [ARGO]: 'Validate=false, Prune=confirm' }, 'CONFIRM', 'REMOVE'],
    ['Delete=confirm', { [ARGO]: 'Delete=confirm' }, 'REMOVE', 'CONFIRM'],
    ['both, in another spelling', { [ARGO]: 'prune=False,DELETE=false' }, 'KEEP', 'KEEP'],
    ['an option that only looks like it', { [ARGO]: 'PruneLast=false' }, 'REMOVE', 'REMOVE'],
    ['Helm keep', { [HELM]: 'keep' }, 'KEEP', 'KEEP'],
    ['capstan.dev before Argo CD and Helm', { [PRUNE]: 'enabled', [ARGO]: 'Prune=false,Delete=false', [HELM]: 'keep' }, 'REMOVE', 'REMOVE'],
    ['Argo CD before Helm, where it says something', { [ARGO]: 'Prune=confirm', [HELM]: 'keep' }, 'CONFIRM', 'KEEP'],
    ['protection is no way around Helm keep', { [PROTECT]: 'true', [HELM]: 'keep' }, 'KEEP', 'KEEP'],
    ['protection holds for what Argo CD leaves open', { [PROTECT]: 'true', [ARGO]: 'Prune=false' }, 'KEEP', 'CONFIRM'],
  ])('%s', (_name, annotations, onPrune, onDelete) => {
    expect([removalPolicyOf(meta(annotations), 'PRUNE'), removalPolicyOf(meta(annotations), 'TOMBSTONE')]).toEqual([onPrune, onDelete]);
  });

  const annotations = fc.record(
    {
      [PRUNE]: fc.constantFrom('disabled', 'enabled', 'x'),
      [PROTECT]: fc.constantFrom('true', 'false'),
      [ARGO]: fc.subarray(['Prune=false', 'Prune=confirm', 'Delete=false', 'Delete=confirm']).map((options) => options.join(',')),
      [HELM]: fc.constantFrom('keep', 'other'),
    },
    { requiredKeys: [] },
  );
  const strictness: readonly RemovalPolicy[] = ['REMOVE', 'CONFIRM', 'KEEP'];

  it('an inventory keeps exactly what the annotations say', () => {
    fc.assert(
      fc.property(annotations, fc.constantFrom('PRUNE' as const, 'TOMBSTONE' as const), (said, cause) => {
        expect(policyOfWishes(removalWishesOf(meta(said)), cause)).toBe(removalPolicyOf(meta(said), cause));
      }),
    );
  });

  it('of what was rendered and what stands there the safer reading wins', () => {
    fc.assert(
      fc.property(annotations, annotations, fc.constantFrom('PRUNE' as const, 'TOMBSTONE' as const), (rendered, live, cause) => {
        const merged = policyOfWishes(withLiveWishes(removalWishesOf(meta(rendered)), meta(live)), cause);
        const safer = Math.max(strictness.indexOf(removalPolicyOf(meta(rendered), cause)), strictness.indexOf(removalPolicyOf(meta(live), cause)));
        expect(strictness.indexOf(merged)).toBe(safer);
      }),
    );
  });
});
