import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, '..', '..', 'docs', 'adr');

describe('decision records', () => {
  const files = readdirSync(DIRECTORY).toSorted();

  it('are numbered one after the other, once each, as their titles say', () => {
    expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
    expect(files.map((file) => /^# (\d+)\. \S/.exec(readFileSync(join(DIRECTORY, file), 'utf8'))?.[1])).toEqual(files.map((_, index) => String(index + 1)));
  });

  it.each(files)('%s has context, decision, consequences and check', (file) => {
    const headings = [...readFileSync(join(DIRECTORY, file), 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(expect.arrayContaining(['Context', 'Decision', 'Consequences', 'Check']));
  });
});
