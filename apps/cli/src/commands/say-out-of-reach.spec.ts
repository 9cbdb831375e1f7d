import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { UserRefusal } from '../hub/user-refusal.js';
import { sayOutOfReach } from './say-out-of-reach.js';

const refused = (code: string, details: unknown): Promise<never> => Promise.reject(new UserRefusal([{ code, field: ['waitForGit'], message: 'fleet cannot be read.', hint: 'of the API', details }]));

describe('sayOutOfReach', () => {
  it('passes on what went well, and every other refusal', async () => {
    expect(await sayOutOfReach(Promise.resolve(1))).toBe(1);
    await expect(sayOutOfReach(refused('RELEASE_NEVER_RAN', null))).rejects.toMatchObject({ why: 'RELEASE_NEVER_RAN', next: 'of the API' });
  });

  it('says by which commands it goes all the same', async () => {
    await expect(sayOutOfReach(refused('RELEASE_OUT_OF_REACH', { reachable: ['shop@eu-1', 'shop@eu-2'] }))).rejects.toMatchObject({
      exitCode: EXIT.CONFLICT, message: 'fleet cannot be read.', why: 'RELEASE_OUT_OF_REACH',
      next: expect.stringMatching(/^These can go back now: shop@eu-1, shop@eu-2; one by one with: capstan rollback shop@eu-1 --reason WHY\. Wait .* --wait-for-git: the targets are held, and go back when it can\.$/),
    });
  });

  it('names nobody where nobody can go, whatever the details are', async () => {
    for (const details of [{ reachable: [] }, null, 'text']) await expect(sayOutOfReach(refused('RELEASE_OUT_OF_REACH', details))).rejects.toMatchObject({ next: expect.stringMatching(/^Wait until/) });
  });
});
