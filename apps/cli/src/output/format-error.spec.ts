import { describe, expect, it } from '@jest/globals';
import { CliError } from '../cli-error.js';
import { waitCommand } from '../commands/wait.js';
import { EXIT } from '../exit-codes.js';
import { formatError } from './format-error.js';

const TITLE = '\u001b]0;all is well\u0007';

describe('formatError', () => {
  it.each<[string, CliError, string]>([
    ['what alone', new CliError(EXIT.ERROR, 'no'), 'error: no\n'],
    ['why, and what to do', new CliError(EXIT.ERROR, 'no', 'CODE', 'Ask.'), 'error: no\n  why: CODE\n  next: Ask.\n'],
    ['nothing that commands a terminal', new CliError(EXIT.ERROR, `a\u001b[2J${TITLE}`, `b${TITLE}`, `c${TITLE}\nd`), 'error: a[2J]0;all is well\n  why: b]0;all is well\n  next: c]0;all is well\nd\n'],
  ])('says %s', (_what, error, said) => expect(formatError(error)).toBe(said));
});

describe('wait', () => {
  it('tells what a cluster says without what commands a terminal', async () => {
    let err = '';
    const target = { node: { name: 'shop@eu-1', sync: 'FAILED', health: 'UNKNOWN', reason: 'APPLY_FAILED', message: TITLE } };
    const answer: unknown = { application: { reason: null, message: null, currentRelease: { number: 1, commit: 'abc' }, activeRollout: null, targetCounts: { total: 1, synced: 0, healthy: 0 }, targets: { edges: [target] } } };
    const context = { hub: { query: () => Promise.resolve(answer) }, err: (text: string) => void (err += text), monotonic: { nowMs: () => 0 }, signal: new AbortController().signal };
    const words = ['app/shop', '--for', 'synced', '--timeout', '0s'];
    await expect(waitCommand(context as unknown as Parameters<typeof waitCommand>[0]).parseAsync(words, { from: 'user' })).rejects.toMatchObject({ exitCode: EXIT.WAIT_FAILED });
    expect(err).toContain('shop@eu-1 is FAILED');
    expect(err).not.toMatch(/[\u001b\u0007]/);
  });
});
