import { describe, expect, it } from '@jest/globals';
import { Notices } from './notices.js';

describe('Notices', () => {
  it('say each thing once, in a stable order, until it is taken back', () => {
    const notices = new Notices();
    notices.set('b', 'admission', 'b was changed');
    notices.set('a', 'admission', 'a was changed');
    notices.set('a', 'admission', 'a was changed again');
    expect(notices.texts()).toEqual(['a was changed again', 'b was changed']);
    notices.set('a', 'admission', undefined);
    expect(notices.texts()).toEqual(['b was changed']);
  });

  it('forget objects that are gone', () => {
    const notices = new Notices();
    notices.set('a', 'x', 'of a');
    notices.set('b', 'x', 'of b');
    notices.keepOnly(new Set(['b']));
    expect(notices.texts()).toEqual(['of b']);
  });

  it('are bounded: the oldest give way', () => {
    const notices = new Notices();
    for (let index = 0; index < 300; index += 1) notices.set(`o${index}`, 'x', `${index}`);
    expect(notices.texts()).toHaveLength(100);
    expect(notices.texts()).toContain('299');
    expect(notices.texts()).not.toContain('0');
  });
});
