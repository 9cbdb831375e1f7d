import { describe, expect, it } from '@jest/globals';
import { CliError } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { rolloutListCommand } from './rollout-list.js';
import { getCommand } from './get.js';

/** A hub of which `field` lists nothing, and that refuses every other question. */
function run(command: typeof getCommand, words: readonly string[], field: string, refusal: ExitCode): Promise<string> {
  let out = '';
  const query = async <T>(document: string): Promise<T> => {
    if (!document.includes(`${field}(`)) throw new CliError(refusal, 'no');
    const answer: unknown = { [field]: { edges: [], pageInfo: { hasNextPage: false, endCursor: null } } };
    return Promise.resolve(answer as T);
  };
  const context = { hub: { query }, out: (text: string) => void (out += text), err: () => undefined, clock: { now: () => new Date(0) }, signal: new AbortController().signal };
  return command(context as unknown as Parameters<typeof getCommand>[0]).parseAsync([...words], { from: 'user' }).then(() => out);
}

describe('a list that is empty', () => {
  const lists = [
    ['rollouts of an app', rolloutListCommand, ['shop', '-o', 'json'], 'rollouts'],
    ['targets on a cluster', getCommand, ['targets', '-c', 'eu-1', '-o', 'json'], 'targets'],
    ['targets of an app', getCommand, ['targets', '-a', 'shop', '-o', 'json'], 'targets'],
  ] as const;

  it.each(lists)('of %s stays an answer for who may see no more than that', async (_what, command, words, field) => {
    expect(JSON.parse(await run(command, words, field, EXIT.DENIED))).toEqual({ items: [] });
  });

  it.each(lists)('of %s is none while nobody knows whether there is such a thing', async (_what, command, words, field) => {
    await expect(run(command, words, field, EXIT.HUB_UNREACHABLE)).rejects.toMatchObject({ exitCode: EXIT.HUB_UNREACHABLE });
  });
});
