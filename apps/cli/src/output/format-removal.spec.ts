import { describe, expect, it } from '@jest/globals';
import { formatRemoval, removalKey, type RemovalTarget } from './format-removal.js';

const object = (kind: string, name: string, namespace = 'shop') => ({ group: kind === 'Deployment' ? 'apps' : '', kind, namespace, name });
const digest = `sha256:${'a'.repeat(64)}`;
const target: RemovalTarget = {
  name: 'default/shop@eu-1',
  reason: 'PRUNE_NEEDS_APPROVAL',
  message: 'the release would remove objects that hold data or other objects: Namespace yard',
  assigned: { release: { number: 4, commit: 'b'.repeat(40), subject: 'drop the yard' } },
  observed: {
    release: { number: 3, commit: 'c'.repeat(40) },
    objectCount: 9,
    pendingRemoval: { digest, total: 5, objects: [object('Namespace', 'yard', ''), object('Deployment', 'web'), object('ConfigMap', 'b'), object('ConfigMap', 'a')] },
  },
};

describe('formatRemoval', () => {
  it('reads as a diff: what drops the objects, why it waits, each object by kind, and what is not named', () => {
    expect(formatRemoval(target)).toBe(`# target/default/shop@eu-1 PRUNE_NEEDS_APPROVAL
--- release 3 cccccccccccc
+++ release 4 bbbbbbbbbbbb drop the yard
# removes 5 objects of 9
# the release would remove objects that hold data or other objects: Namespace yard
@@ ConfigMap (2) @@
- shop/b
- shop/a
@@ Deployment.apps (1) @@
- shop/web
@@ Namespace (1) @@
- yard
# and 1 more that the agent did not name
# digest ${digest}
`);
  });

  it('shows what an object holds below its name, and nothing that moves the cursor', () => {
    const shown = formatRemoval(target, new Map([[removalKey(object('ConfigMap', 'a')), 'kind: ConfigMap\ndata: { colour: "\u001b[31mred" }\n']]));
    expect(shown).toContain('- shop/a\n-   kind: ConfigMap\n-   data: ');
    expect(shown).not.toContain('\u001b');
  });

  it('says that a target is removed where no release drops anything', () => {
    expect(formatRemoval({ ...target, reason: 'REMOVAL_NEEDS_APPROVAL' })).toContain('+++ the target is removed\n');
  });

  it('is empty where nothing waits', () => {
    expect(formatRemoval({ ...target, observed: null })).toBe('');
  });
});
