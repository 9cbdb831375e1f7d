import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A request header for one origin and no other. */
export interface SecretHeader {
  /** scheme://host:port */
  readonly origin: string;
  readonly header: string;
}

/**
 * Gives git a header that holds a credential as its global configuration: an open file whose name was gone before anything was written
 * into it, so that the secret stands in no argv, no environment and no directory. Git and its helpers read it as descriptor 3.
 * Only Linux opens such a file by its descriptor more than once; elsewhere the file keeps its name, in a directory of ours alone, until git has ended.
 *
 * @param use gets what to add to the environment, and the files to hand on
 */
export async function withSecretConfiguration<T>(secret: SecretHeader | undefined, directory: string, use: (environment: Readonly<Record<string, string>>, files: readonly number[]) => Promise<T>): Promise<T> {
  if (secret === undefined) return use({}, []);
  const own = await mkdtemp(join(directory, 'header-')); // mode 0700
  try {
    const path = join(own, 'config');
    const file = await open(path, 'wx+', 0o600);
    try {
      const isNameless = process.platform === 'linux';
      if (isNameless) await rm(own, { recursive: true });
      await file.writeFile(`[http ${quote(`${secret.origin}/`)}]\n\textraHeader = ${quote(secret.header)}\n`);
      return await use({ GIT_CONFIG_GLOBAL: isNameless ? '/proc/self/fd/3' : path }, [file.fd]);
    } finally {
      await file.close();
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** As a value of git's configuration. */
function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
