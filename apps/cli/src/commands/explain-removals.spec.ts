import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { UserRefusal } from '../hub/user-refusal.js';
import { applyCommand } from './apply.js';
import { explainRemovals } from './explain-removals.js';
import { labelCommand } from './label.js';

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

  it.each([
    ['label', labelCommand, ['cluster', 'eu-1', 'note=$(id)'], "capstan label cluster eu-1 'note=$(id)'"],
    ['apply', applyCommand, ['-f', 'my $(id).yaml'], "capstan apply -f 'my $(id).yaml'"],
  ] as const)('%s tells a command that means the same to a shell', async (_verb, command, words, told) => {
    const manifest = 'apiVersion: capstan.dev/v1\nkind: Application\nmetadata: { name: shop }\nspec: {}\n';
    const mutate = (): Promise<never> => Promise.reject(refusal('REMOVAL_NEEDS_CONFIRMATION', { count: 12, digest: 'sha256:ab', targets }));
    const context = { hub: { mutate, query: () => Promise.resolve({ application: { version: 1 } }) }, readInput: () => Promise.resolve(manifest), signal: new AbortController().signal };
    await expect(command(context as unknown as Parameters<typeof labelCommand>[0]).parseAsync([...words], { from: 'user' })).rejects.toMatchObject({ next: `If that is meant: ${told} --confirm-removals sha256:ab` });
  });

  it('leaves every other refusal alone', async () => {
    const other = refusal('STALE_VERSION', {});
    await expect(explainRemovals(Promise.reject(other), 'capstan')).rejects.toBe(other);
  });
});
