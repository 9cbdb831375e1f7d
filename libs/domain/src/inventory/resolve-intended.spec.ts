import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import { OWNER_ANNOTATION, objectRefOf, resolveIntended, type IntendedEntry } from '#domain';
import { aManager, anObject } from '#testing';

const OWNER = 'hub/default/web';
const entry: IntendedEntry = { ref: objectRefOf(anObject('v1', 'ConfigMap', 'shop/web')), apiVersion: 'v1', state: 'INTENDED', appliedHash: digestOf('x') };
const live = (owner: string | undefined, manager: string, uid: string | undefined = 'u1') =>
  anObject('v1', 'ConfigMap', 'shop/web', { metadata: { uid, annotations: owner === undefined ? {} : { [OWNER_ANNOTATION]: owner }, managedFields: [aManager(manager, 'Apply', {})] } });

describe('resolveIntended', () => {
  it('adopts what carries our annotation and our field manager', () => {
    expect(resolveIntended(entry, live(OWNER, 'capstan'), OWNER)).toEqual({ kind: 'ADOPT', entry: { ...entry, state: 'LIVE', uid: 'u1', isProtected: false } });
  });

  it.each([
    ['was never created', undefined],
    ['was made by somebody else under that name', live(undefined, 'kubectl')],
    ['carries a copy of our annotation made by an operator', live(OWNER, 'some-operator')],
    ['belongs to another application', live('hub/default/other', 'capstan')],
    ['lost its annotation', live(undefined, 'capstan')],
  ])('forgets an object that %s', (_name, object) => {
    expect(resolveIntended(entry, object, OWNER)).toEqual({ kind: 'FORGET' });
  });
});
