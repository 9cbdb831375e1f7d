import type { GitRepositoryBuilder } from '#testing';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function filesUnder(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

export async function overwrite(files: readonly string[], content: string): Promise<void> {
  for (const file of files) {
    await rm(file, { force: true });
    await writeFile(file, content);
  }
}

export async function writeConfig(repository: GitRepositoryBuilder, key: string, value: string): Promise<void> {
  const file = join(repository.directory, 'config');
  const [section = '', name = ''] = key.split('.');
  await writeFile(file, `${await readFile(file, 'utf8')}\n[${section}]\n\t${name} = ${value}\n`);
}
