import type { Log, Random } from '#kernel';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config.js';
import { createOnce } from './create-once.js';

export interface MasterKey {
  /** First 8 bytes of the SHA-256 of the key. */
  readonly id: Buffer;
  readonly key: Buffer;
}

/** The key that seals, and older ones that still open. */
export class MasterKeys {
  constructor(
    readonly current: MasterKey,
    private readonly older: readonly MasterKey[] = [],
  ) {}

  byId(id: Buffer): Buffer | undefined {
    return [this.current, ...this.older].find((candidate) => candidate.id.equals(id))?.key;
  }
}

const VARIABLE = 'CAPSTAN_MASTER_KEY_FILE';

/**
 * Reads the key file; the first line seals, the others only open. Without a path (embedded database) the file lies in the
 * data directory and is created with mode 0600 if it is missing.
 * @throws ConfigError when it cannot be read or does not hold keys.
 */
export async function loadMasterKeys(path: string | undefined, dataDir: string, random: Random, log: Log): Promise<MasterKeys> {
  const file = path ?? join(dataDir, 'master.key');
  if (path === undefined && (await createOnce(file, `${Buffer.from(random.bytes(32)).toString('base64')}\n`, random))) {
    log.warn('made a master key: whoever loses this file loses every stored credential', { file });
  }
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(VARIABLE, `cannot read ${file} (${codeOf(error)}). Make one with: openssl rand -base64 32 > ${file}`);
  }
  const keys = text.split('\n').map((line) => line.trim()).filter((line) => line !== '').map((line) => parseKey(line, file));
  const [current, ...older] = keys;
  if (current === undefined) throw new ConfigError(VARIABLE, `${file} is empty. Make a key with: openssl rand -base64 32 > ${file}`);
  return new MasterKeys(current, older);
}

function parseKey(line: string, file: string): MasterKey {
  const key = Buffer.from(line, 'base64');
  if (key.length !== 32) throw new ConfigError(VARIABLE, `${file} must hold 32 bytes in base64 on each line. Make a key with: openssl rand -base64 32`);
  return { key, id: createHash('sha256').update(key).digest().subarray(0, 8) };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
}
