import { describe, expect, it } from '@jest/globals';
import { claimOf, OWNER_ANNOTATION, type Claim } from '#domain';

const OWNER = 'hub-a/default/web';

describe('claimOf', () => {
  it.each<[string, string | undefined, Claim]>([
    ['nobody', undefined, { kind: 'FREE' }],
    ['us', OWNER, { kind: 'OURS' }],
    ['another application of this hub', 'hub-a/default/api', { kind: 'FOREIGN', claimedBy: 'default/api' }],
    ['an application of the same name at another hub', 'hub-b/default/web', { kind: 'FOREIGN', claimedBy: 'hub-b/default/web' }],
    ['somebody who writes something else', 'mine!', { kind: 'FOREIGN', claimedBy: 'mine!' }],
    ['somebody who writes nothing', '', { kind: 'FOREIGN', claimedBy: '' }],
  ])('an object of %s', (_name, annotation, claim) => {
    expect(claimOf({ name: 'x', annotations: annotation === undefined ? {} : { [OWNER_ANNOTATION]: annotation } }, OWNER)).toEqual(claim);
  });
});
