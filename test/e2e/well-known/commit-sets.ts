import { gitForTests, type GitRepositoryBuilder } from '#testing';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { folderOf } from './fetch-modules.js';
import type { ManifestSet } from './manifest-sets.js';

/** One commit with every set in the directory of its name, from a work tree that is gone afterwards. */
export async function commitSets(repository: GitRepositoryBuilder, sets: readonly ManifestSet[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-manifests-'));
  const tree = join(directory, 'tree');
  try {
    for (const set of sets) await writeSet(join(tree, set.name), set);
    const git = (...args: readonly string[]): Promise<string> => gitForTests(['--git-dir', repository.directory, '--work-tree', tree, ...args], { env: { GIT_INDEX_FILE: join(directory, 'index') } });
    await git('add', '--all', tree);
    return await repository.commitTree((await git('write-tree')).trim());
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeSet(directory: string, { module, folders, files = {} }: ManifestSet): Promise<void> {
  for (const [into, folder] of Object.entries(folders)) await cp(folderOf(module, folder), join(directory, into), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path);
    await rm(file, { force: true }); // what was fetched may be read-only
    if (text === null) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
