import { describe, expect, it } from '@jest/globals';
import { foldCommands } from './fold-commands.js';

const COMMAND = "       capstan rollout approve shop europe/release-manager -n 9 --comment 'looks good'";

describe('foldCommands', () => {
  it('breaks a command where the shell goes on reading', () => {
    expect(foldCommands(`waits: a long line that stays as it is, whatever the screen\n${COMMAND}`, 60).split('\n')).toEqual([
      'waits: a long line that stays as it is, whatever the screen', '       capstan rollout approve shop \\', '         europe/release-manager -n 9 --comment \\', "         'looks good'",
    ]);
  });

  it.each([20, 30, 45, 60, 80, 86, 120])('says the same command on %i columns, within them where its words allow', (columns) => {
    const lines = foldCommands(COMMAND, columns).split('\n');
    expect(lines.map((line) => line.replace(/ \\$/, '').trim()).join(' ')).toBe(COMMAND.trim());
    if (columns >= 45) for (const line of lines) expect(line.length).toBeLessThan(columns);
  });
});
