import { describe, expect, it } from '@jest/globals';
import { foldLines } from './fold-lines.js';

const COMMAND = "       capstan rollout approve shop europe/release-manager -n 9 --comment 'looks good'";

describe('foldLines', () => {
  it('breaks a command where the shell goes on reading', () => {
    expect(foldLines(`STAGE    STATE     PROGRESS    a table that stays as it is, whatever the screen\n${COMMAND}`, 60).split('\n')).toEqual([
      'STAGE    STATE     PROGRESS    a table that stays as it is, whatever the screen', '       capstan rollout approve shop \\', '         europe/release-manager -n 9 --comment \\', "         'looks good'",
    ]);
  });

  it('breaks what is waited for between words', () => {
    expect(foldLines('waits: Gate office-hours before stage canary is closed until 02:00 UTC (11h left).', 50).split('\n')).toEqual(['waits: Gate office-hours before stage canary is', '       closed until 02:00 UTC (11h left).']);
  });

  it.each([20, 30, 45, 60, 80, 86, 120])('says the same command on %i columns, within them where its words allow', (columns) => {
    const lines = foldLines(COMMAND, columns).split('\n');
    expect(lines.map((line) => line.replace(/ \\$/, '').trim()).join(' ')).toBe(COMMAND.trim());
    if (columns >= 45) for (const line of lines) expect(line.length).toBeLessThan(columns);
  });
});
