import type { Random } from '#kernel';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file of mode 0600 unless it is there; of several processes exactly one wins, and none ever sees half of it.
 * @returns true when this call made it.
 */
export async function createOnce(file: string, content: string, random: Random): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, mode: 0o711 });
  const draft = `${file}.${Buffer.from(random.bytes(6)).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
