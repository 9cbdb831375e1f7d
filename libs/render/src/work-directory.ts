import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The directory for private copies, with what a process that was killed left in it taken away. One process per directory. */
export async function prepareWorkDirectory(parent: string): Promise<string> {
  await mkdir(join(parent, 'capstan-render'), { recursive: true, mode: 0o700 });
  const directory = await realpath(join(parent, 'capstan-render'));
  for (const name of await readdir(directory)) if (name.startsWith('render-')) await rm(join(directory, name), { recursive: true, force: true });
  return directory;
}
