import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ROOT } from './stage.js';

const FIXTURES = process.env['CAPSTAN_FIXTURES'] ?? '../shared/fixtures';

/** The folder of real-world content, or undefined with one loud line: a clone of the project does not have it. */
export function findFixtures(suite: string): string | undefined {
  const directory = resolve(ROOT, FIXTURES);
  if (existsSync(join(directory, 'podinfo'))) return directory;
  process.stderr.write(`\nFIXTURES ARE MISSING (CAPSTAN_FIXTURES=${FIXTURES}): SKIPPED: ${suite}\n\n`);
  return undefined;
}

/** Every file of a folder as the changes of a commit, under `under`. */
export async function filesOf(directory: string, under: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[`${under}/${relative(directory, path)}`] = await readFile(path, 'utf8');
  }
  return files;
}
