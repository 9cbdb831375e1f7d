import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { capstanProgram } from '../program.js';
import type { CommandContext } from '../context.js';

const DOCS = readFileSync(join(import.meta.dirname, '../../../../docs/rollouts.md'), 'utf8');
const LINES = [...DOCS.matchAll(/^capstan (.*?)(?: +#.*)?$/gm)].map(([, line]) => line ?? '');

describe('docs/rollouts.md', () => {
  it('shows commands', () => expect(LINES.length).toBeGreaterThan(8));

  it.each(LINES)('capstan %s', (line) => {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    const program: Command = capstanProgram({} as CommandContext, '0');
    let command = program;
    while (words[0] !== undefined) {
      const child = command.commands.find((known) => known.name() === words[0]);
      if (child === undefined) break;
      command = child;
      words.shift();
    }
    expect(command).not.toBe(program);
    const { operands, unknown } = command.parseOptions(words);
    expect(unknown).toEqual([]);
    const { registeredArguments } = command;
    expect(operands.length).toBeGreaterThanOrEqual(registeredArguments.filter((argument) => argument.required).length);
    expect(operands.length).toBeLessThanOrEqual(registeredArguments.length);
    for (const option of command.options) if (option.mandatory) expect(command.getOptionValue(option.attributeName())).toBeDefined();
  });
});
