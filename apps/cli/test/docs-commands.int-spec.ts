import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../src/context.js';
import { capstanProgram } from '../src/program.js';

const FILES = ['README.md', ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => join('docs', name)), 'CONTRIBUTING.md', 'test/demo/main.ts'];

interface Said {
  readonly where: string;
  readonly words: readonly string[];
}

/** Every `capstan ...` of a file: in code blocks, between backticks, and as `npm run --silent capstan -- ...`. */
function commandsOf(file: string): readonly Said[] {
  return readFileSync(file, 'utf8').split('\n').flatMap((line, index) => {
    const inBlock = /^(?: {4}|\s*)(?:npm run (?:--silent )?capstan --|capstan) (.+)$/.exec(line)?.[1] ?? /npm run (?:--silent )?capstan -- (.+)$/.exec(line)?.[1];
    const inline = [...line.matchAll(/`capstan ([a-z][^`]*)`/g)].map(([, words = '']) => words);
    return [...(inBlock === undefined ? [] : [inBlock]), ...inline].map((text) => ({ where: `${file}:${index + 1}: capstan ${text}`, words: wordsOf(text) }));
  });
}

/** As a shell splits it, up to a pipe, a redirection, a comment or "and so on". */
function wordsOf(text: string): readonly string[] {
  const [command = ''] = text.replace(/\$\([^)]*\)/g, 'abcdef0').split(/ [|>#&] ?| \.\.\.|;|'$/);
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

/** Parses without doing: unknown commands, unknown options and missing arguments throw. */
async function parse(words: readonly string[]): Promise<unknown> {
  const silent: Pick<CommandContext, 'out' | 'err'> = { out: () => undefined, err: () => undefined };
  const program = capstanProgram(silent as CommandContext, '0.0.0');
  const disarm = (command: Command): void => {
    if (command.commands.length === 0 || command.registeredArguments.length > 0) command.action(() => undefined);
    command.commands.forEach(disarm);
  };
  disarm(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe('the command lines of the documentation', () => {
  const said = FILES.flatMap(commandsOf);

  it('are found', () => {
    expect(said.length).toBeGreaterThan(10);
  });

  // A command that is only named (`capstan apply`) lacks its arguments: that is fine; one that does not exist is not.
  it.each(said.map(({ where, words }) => [where, words] as const))('%s', async (_where, words) => {
    const problem = await parse(words);
    if (typeof problem === 'string' && words.length <= 2 && /missing required argument|required option|^\(outputHelp\)$/.test(problem)) return;
    expect(problem).toBeUndefined();
  });

  it('would be refused otherwise', async () => {
    expect(await parse(['gett', 'apps'])).toContain('unknown command');
    expect(await parse(['get', 'apps', '--colour'])).toContain('unknown option');
  });
});
