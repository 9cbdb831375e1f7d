import { describe, expect, it } from '@jest/globals';
import { lookup } from 'node:dns/promises';
import type { GitRemote } from '../git-port.js';
import { errorOf, valueOf } from './expect-result.contract.js';
import { never, type GitGround } from './git-ground.contract.js';

/** What every adapter promises about addresses that its caller has checked. */
export function checkedAddressesContract(ground: GitGround): void {
  describe('going only to addresses that the caller has checked', () => {
    it('connects there although DNS does not know the host, for refs, history and contents', async () => {
      const commit = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      const addresses = (await lookup('localhost', { all: true })).map(({ address }) => address);
      const there: GitRemote = { url: ground.repository.url.replace('localhost', 'git.invalid'), addresses };
      const [ref] = (await valueOf(ground.git.lookUp(there, ['main'], never))).values();
      expect(ref).toEqual({ fullRef: 'refs/heads/main', commit });
      const objects = await valueOf(ground.git.mirror(there, 'pinned', [{ fullRef: 'refs/heads/main', commit }], never));
      const content = await valueOf((await valueOf(objects.tree(commit))).read('a.yaml'));
      expect(Buffer.from(content).toString()).toBe('a: 1\n');
    });

    it('does not ask DNS instead', async () => {
      await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      const before = ground.server.accesses.length;
      expect(await errorOf(ground.git.lookUp({ ...ground.remote, addresses: ['127.0.0.77'] }, ['main'], never))).toMatchObject({ code: 'REPOSITORY_UNREACHABLE' });
      expect(ground.server.accesses.length).toBe(before);
    });
  });
}
