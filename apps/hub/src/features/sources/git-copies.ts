import { errorCode } from '#kernel';
import type { RepositoryId } from '#domain';
import type { GitPort } from '#git';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';

const KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{12}(?=\.)/;

/** The key of the local copy. Another URL is another repository: content of the one must not be taken for content of the other. */
export function cacheKeyOf({ id, url }: { readonly id: RepositoryId; readonly url: string }): string {
  return `${id}.${createHash('sha256').update(url).digest('hex').slice(0, 12)}`;
}

/**
 * Drops the local copies of repositories that were removed or moved to another URL, whichever process made them.
 *
 * @param inUse keys of the copies that are wanted; asked after the directory was read, so that a new copy is never taken for an old one
 */
export async function forgetStaleCopies(git: Pick<GitPort, 'forget'>, cacheDirectory: string, inUse: () => Promise<ReadonlySet<string>>): Promise<number> {
  const found = new Set((await namesIn(cacheDirectory)).flatMap((name) => KEY.exec(name)?.[0] ?? []));
  if (found.size === 0) return 0;
  const wanted = await inUse();
  const stale = [...found].filter((key) => !wanted.has(key));
  for (const key of stale) await git.forget(key);
  return stale.length;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []; // nothing was fetched yet
    throw error;
  }
}
