import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { UserRefusal } from '../hub/user-refusal.js';
import { explainRemovals } from './explain-removals.js';

const refusal = (code: string, details: unknown): UserRefusal => new UserRefusal([{ code, field: ['confirmRemovals'], message: 'This would remove 12 targets.', hint: null, details }]);
const targets = Array.from({ length: 12 }, (_, index) => `default/web@c${index}`);

describe('explainRemovals', () => {
  it('passes on what went well', async () => {
    await expect(explainRemovals(Promise.resolve(7), 'capstan label cluster a b=c')).resolves.toBe(7);
  });

  it('says what would go, and the command that agrees to exactly that', async () => {
    await expect(explainRemovals(Promise.reject(refusal('REMOVAL_NEEDS_CONFIRMATION', { count: 12, digest: 'sha256:ab', targets })), 'capstan label cluster a b=c')).rejects.toMatchObject({
      exitCode: EXIT.CONFLICT,
      message: 'this would remove 12 targets, so it needs a confirmation; nothing was changed',
      why: `REMOVAL_NEEDS_CONFIRMATION: ${targets.slice(0, 10).join(', ')} and 2 more`,
      next: 'If that is meant: capstan label cluster a b=c --confirm-removals sha256:ab',
    });
  });

  it('leaves every other refusal alone', async () => {
    const other = refusal('STALE_VERSION', {});
    await expect(explainRemovals(Promise.reject(other), 'capstan')).rejects.toBe(other);
  });
});
