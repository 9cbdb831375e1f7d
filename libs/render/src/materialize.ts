import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes a private copy of files. Paths come from the tree reader, which lets no name through that means anything to a file system. Nothing here is a link. */
export async function materialize(files: ReadonlyMap<string, Uint8Array>, directory: string, signal: AbortSignal): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  for (const [path, content] of files) {
    signal.throwIfAborted();
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, content, { mode: 0o600, flag: 'wx' });
  }
}
