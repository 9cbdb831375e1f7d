import { describe, expect, it } from '@jest/globals';
import { resolveSymlink } from './resolve-symlink.js';

describe('resolveSymlink', () => {
  it.each([
    ['apps/a', '../base/b', 'base/b'], ['apps/a', 'b', 'apps/b'], ['a', 'b/c', 'b/c'], ['apps/a', './/x/./y', 'apps/x/y'], ['apps/web/a', '../..', ''], ['apps/a', '.', 'apps'], ['apps/a', '../x/', 'x'],
  ])('%s -> %s is %j', (link, target, path) => {
    expect(resolveSymlink(link, target)).toEqual({ path });
  });

  it.each([
    ['apps/a', '../../x', /leaves/], ['apps/a', '../../apps/b', /leaves/], ['a', '..', /leaves/], ['apps/a', '/etc/passwd', /absolute/], ['apps/a', '', /empty/], ['apps/a', 'x\u0000y', /control/],
    ['apps/a', '..\\..\\x', /backslash/], ['apps/a', 'C:\\x', /backslash/], ['apps/a', '../.git/config', /\.git/], ['apps/a', 'x/'.repeat(3000), /longer/], ['apps/a', 'x\u0000/../b', /control/], ['apps/a', '.git/../b', /\.git/],
  ])('%s -> %j is refused', (link, target, reason) => {
    expect(resolveSymlink(link, target)).toEqual({ reason: expect.stringMatching(reason) });
  });
});
