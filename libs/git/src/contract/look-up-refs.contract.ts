import { aGitRepository } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { valueOf } from './expect-result.contract.js';
import { never, type GitGround } from './git-ground.contract.js';

/** What every adapter promises about looking up refs. */
export function lookUpRefsContract(ground: GitGround): void {
  describe('looking up refs', () => {
    it('finds branches, tags and full refs at once, a branch before a tag of the same name, tags peeled', async () => {
      const first = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      const second = await ground.repository.commit({ 'a.yaml': 'a: 2\n' });
      await ground.repository.branch('both', first);
      await ground.repository.tag('both', second);
      await ground.repository.tag('v1', first, 'annotated');
      await ground.repository.branch('team/web', first);
      await ground.repository.ref('refs/changes/7', second);
      const found = await valueOf(ground.git.lookUp(ground.remote, ['main', 'both', 'v1', 'refs/tags/both', 'team/web', 'refs/changes/7', 'HEAD', 'web', 'gone', '--upload-pack=x', 'a b'], never));
      expect(Object.fromEntries(found)).toEqual({
        main: { fullRef: 'refs/heads/main', commit: second },
        both: { fullRef: 'refs/heads/both', commit: first },
        v1: { fullRef: 'refs/tags/v1', commit: first },
        'refs/tags/both': { fullRef: 'refs/tags/both', commit: second },
        'team/web': { fullRef: 'refs/heads/team/web', commit: first },
        'refs/changes/7': { fullRef: 'refs/changes/7', commit: second },
        HEAD: { fullRef: 'HEAD', commit: second },
        web: undefined, gone: undefined, '--upload-pack=x': undefined, 'a b': undefined,
      });
      expect(ground.server.count('ref-look-up', ground.repository.name)).toBe(1);
    });

    it('says of an empty repository that its refs are absent, not that it failed', async () => {
      expect(await valueOf(ground.git.lookUp(ground.remote, ['main', 'HEAD'], never))).toEqual(new Map([['main', undefined], ['HEAD', undefined]]));
    });

    it('works with a server that knows only protocol version 0', async () => {
      const old = await ground.anotherServer({ protocolV2: false });
      const there = await aGitRepository(old, 'old');
      const commit = await there.commit({ 'a.yaml': 'a: 1\n' });
      await there.tag('v1', commit, 'annotated');
      const found = await valueOf(ground.git.lookUp({ url: there.url }, ['main', 'v1', 'gone'], never));
      expect([found.get('main')?.commit, found.get('v1')?.commit, found.get('gone')]).toEqual([commit, commit, undefined]);
      const empty = await aGitRepository(old, 'empty');
      expect((await valueOf(ground.git.lookUp({ url: empty.url }, ['main'], never))).get('main')).toBeUndefined();
    });
  });
}
