import { describe, expect, it } from '@jest/globals';
import { targetId, type ObjectRef } from '#domain';
import { ObjectIndex } from './object-index.js';

const a = targetId('00000000-0000-7000-8000-00000000000a');
const b = targetId('00000000-0000-7000-8000-00000000000b');
const ref = (name: string): ObjectRef => ({ group: '', kind: 'ConfigMap', namespace: 'shop', name });

describe('ObjectIndex', () => {
  it('gives an object to the first that claims it, and the second nothing at all', () => {
    const index = new ObjectIndex();
    expect(index.claim(a, [ref('x'), ref('y')])).toEqual([]);
    expect(index.claim(b, [ref('y'), ref('z')])).toEqual([{ ref: ref('y'), owner: a, isNew: true }]);
    expect(index.claim(b, [ref('y'), ref('z')])).toEqual([{ ref: ref('y'), owner: a, isNew: false }]);
    expect(index.ownerOf(ref('z'))).toBeUndefined();
    expect(index.wantedBy(ref('y'), a)).toBe(b);
  });

  it('lets go of what is not recorded, and names who waited for it', () => {
    const index = new ObjectIndex();
    index.claim(a, [ref('x'), ref('y')]);
    index.claim(b, [ref('y')]);
    expect(index.settle(a, [ref('x')])).toEqual([b]);
    expect(index.claim(b, [ref('y')])).toEqual([]);
    expect(index.ownerOf(ref('y'))).toBe(b);
    expect(index.wantedBy(ref('y'), a)).toBeUndefined();
  });

  it('keeps what an inventory has while a pass claims more', () => {
    const index = new ObjectIndex();
    index.settle(a, [ref('x')]);
    index.claim(a, [ref('y')]);
    expect([ref('x'), ref('y')].map((one) => index.ownerOf(one))).toEqual([a, a]);
    expect(index.settle(a, [])).toEqual([]);
    expect(index.ownerOf(ref('x'))).toBeUndefined();
  });

  it('knows what a target will ask for, and names whom that concerns when it changes', () => {
    const index = new ObjectIndex();
    index.settle(a, [ref('x'), ref('y')]);
    expect(index.expect(b, [ref('x'), ref('z')])).toEqual([a]);
    expect(index.expect(b, [ref('x'), ref('z')])).toEqual([]);
    expect([ref('x'), ref('y'), ref('z')].map((one) => index.expectedBy(one, a))).toEqual([b, undefined, b]);
    expect(index.expectedBy(ref('x'), b)).toBeUndefined();
    expect(index.wantedBy(ref('x'), a)).toBeUndefined();
    expect(index.expect(b, [ref('z')])).toEqual([a]);
    expect(index.expect(b, [])).toEqual([]);
    expect(index.expectedBy(ref('z'), a)).toBeUndefined();
  });

  it('counts what others have in a namespace', () => {
    const index = new ObjectIndex();
    index.settle(a, [ref('x')]);
    index.settle(b, [ref('y'), ref('z'), { ...ref('y'), namespace: 'web' }, { group: '', kind: 'Namespace', namespace: '', name: 'shop' }]);
    expect([index.othersIn('shop', a), index.othersIn('shop', b), index.othersIn('web', a), index.othersIn('none', a)]).toEqual([2, 1, 1, 0]);
  });
});
