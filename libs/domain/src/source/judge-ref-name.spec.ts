import { describe, expect, it } from '@jest/globals';
import { judgeRefName } from './judge-ref-name.js';

describe('judgeRefName', () => {
  it.each(['main', 'HEAD', 'team/web', 'v1.2.3', 'refs/heads/main', 'refs/pull/7/head', 'ünï', 'a@b', 'x-y_z', 'a{b}'])('takes %j', (name) => {
    expect(judgeRefName(name)).toBeUndefined();
  });

  it.each(['', '@', '-x', '--upload-pack=x', 'a b', 'a..b', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b', 'a@{1}', '/a', 'a/', 'a//b', 'a.', '.a', 'a/.b', 'a.lock', 'a.lock/b', 'a\u0000', 'a\nb', 'x'.repeat(513)])(
    'refuses %j', (name) => {
      expect(judgeRefName(name)).toEqual(expect.any(String));
    },
  );
});
