import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Files of the hub, outside the database platform, that reach the database by another door than TransactionContext.
 * These lists may only shrink. What stands here: opening and closing the pool, and chores that touch no row of a tenant.
 */
const knownExceptions = {
  DataSource: ['compose.ts', 'platform/housekeeping.ts', 'platform/open-database.ts', 'platform/platform.module.ts'],
  pg: [] as readonly string[],
};

const ROOT = join(process.cwd(), 'apps/hub/src');

function sources(): readonly { readonly file: string; readonly text: string }[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(spec|int-spec|contract)\.ts$/.test(file) && !file.startsWith('platform/database/'))
    .map((file) => ({ file: relative(ROOT, join(ROOT, file)), text: readFileSync(join(ROOT, file), 'utf8') }));
}

describe('every access to a table', () => {
  it('goes through the transaction context: nobody else holds a data source', () => {
    const holders = sources().filter(({ text }) => /\bDataSource\b|\bdataSource\b|createQueryRunner|getRepository\(|@InjectRepository/.test(text));
    expect(holders.map(({ file }) => file).toSorted()).toEqual(knownExceptions.DataSource);
  });

  it('never opens a connection of its own', () => {
    expect(sources().filter(({ text }) => /from 'pg'/.test(text)).map(({ file }) => file)).toEqual(knownExceptions.pg);
  });

  it('sets no session-wide state', () => {
    const setters = sources().filter(({ text }) => /set_config\([^)]*false\)|['"`]\s*SET\s+(SESSION|ROLE|search_path)/i.test(text));
    expect(setters.map(({ file }) => file)).toEqual([]);
  });
});
