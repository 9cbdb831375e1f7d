import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { UserRefusal } from '../hub/user-refusal.js';
import { sayOutOfReach } from './say-out-of-reach.js';

const refused = (code: string, details: unknown): Promise<never> => Promise.reject(new UserRefusal([{ code, field: ['waitForGit'], message: 'fleet cannot be read.', hint: 'of the API', details }]));
const PLAIN = { project: 'default', to: undefined, revert: undefined, branch: undefined };

describe('sayOutOfReach', () => {
  it('passes on what went well, and every other refusal', async () => {
    expect(await sayOutOfReach(Promise.resolve(1), PLAIN)).toBe(1);
    await expect(sayOutOfReach(refused('RELEASE_NEVER_RAN', null), PLAIN)).rejects.toMatchObject({ why: 'RELEASE_NEVER_RAN', next: 'of the API' });
  });

  it('says by which commands it goes all the same', async () => {
    await expect(sayOutOfReach(refused('RELEASE_OUT_OF_REACH', { reachable: ['shop@eu-1', 'shop@eu-2'] }), PLAIN)).rejects.toMatchObject({
      exitCode: EXIT.CONFLICT, message: 'fleet cannot be read.', why: 'RELEASE_OUT_OF_REACH',
      next: expect.stringMatching(/^These can go back now: shop@eu-1, shop@eu-2; one by one with: capstan rollback shop@eu-1 --reason '\.\.\.'\. Wait .* --wait-for-git: the targets are held, and go back when it can\.$/),
    });
  });

  it('names the project, the release and what becomes of Git: what is pasted does just what was asked for, to fewer', async () => {
    const asked = { project: 'payments', to: '41', revert: true, branch: true };
    await expect(sayOutOfReach(refused('RELEASE_OUT_OF_REACH', { reachable: ['shop@eu-1'] }), asked)).rejects.toMatchObject({
      next: expect.stringContaining("capstan rollback shop@eu-1 --to 41 --revert --branch -p payments --reason '...'."),
    });
  });

  it('names nobody where nobody can go, whatever the details are', async () => {
    for (const details of [{ reachable: [] }, null, 'text']) await expect(sayOutOfReach(refused('RELEASE_OUT_OF_REACH', details), PLAIN)).rejects.toMatchObject({ next: expect.stringMatching(/^Wait until/) });
  });
});
