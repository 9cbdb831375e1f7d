import type { Random } from '#kernel';
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { MasterKeys } from './master-keys.js';

/** Which cell a sealed value belongs to: it opens nowhere else. */
export interface SealContext {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

/** The value was sealed under a key we do not have, belongs elsewhere, or was changed. Says which cell, never what was in it. */
export class UnsealError extends Error {
  readonly code = 'UNSEAL_FAILED';

  constructor(readonly context: SealContext, why: string) {
    super(`cannot open ${context.table}.${context.column} of ${context.rowId}: ${why}`);
  }
}

const VERSION = 1;
const IV = 12;
const TAG = 16;
const DATA_KEY = 32;
const KEY_ID = 8;
const WRAPPED = IV + DATA_KEY + TAG;

/**
 * Envelope encryption of one value: a data key of its own encrypts it, the master key encrypts the data key (both AES-256-GCM).
 * Layout: version (1), id of the master key (8), wrapped data key (12 + 32 + 16), value (12 + n + 16). The cell is authenticated data of both.
 */
export class Envelope {
  constructor(
    private readonly keys: MasterKeys,
    private readonly random: Random,
  ) {}

  seal(value: Uint8Array, context: SealContext): Buffer {
    const { id, key } = this.keys.current;
    const dataKey = this.random.bytes(DATA_KEY);
    const aad = aadOf(context);
    return Buffer.concat([Buffer.of(VERSION), id, this.#encrypt(key, dataKey, aad), this.#encrypt(dataKey, value, aad)]);
  }

  /** @throws UnsealError */
  open(sealed: Uint8Array, context: SealContext): Buffer {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes.length < 1 + KEY_ID + WRAPPED + IV + TAG || bytes[0] !== VERSION) throw new UnsealError(context, 'not a sealed value');
    const key = this.keys.byId(bytes.subarray(1, 1 + KEY_ID));
    if (key === undefined) throw new UnsealError(context, 'its master key is not in CAPSTAN_MASTER_KEY_FILE');
    const aad = aadOf(context);
    try {
      const dataKey = decrypt(key, bytes.subarray(1 + KEY_ID, 1 + KEY_ID + WRAPPED), aad);
      return decrypt(dataKey, bytes.subarray(1 + KEY_ID + WRAPPED), aad);
    } catch {
      throw new UnsealError(context, 'it does not authenticate');
    }
  }

  sealText(value: string, context: SealContext): Buffer {
    return this.seal(Buffer.from(value, 'utf8'), context);
  }

  /** @throws UnsealError */
  openText(sealed: Uint8Array, context: SealContext): string {
    return this.open(sealed, context).toString('utf8');
  }

  /** True when the value is sealed under an older master key and should be sealed again. */
  needsRotation(sealed: Uint8Array): boolean {
    return !Buffer.from(sealed.subarray(1, 1 + KEY_ID)).equals(this.keys.current.id);
  }

  #encrypt(key: Uint8Array, value: Uint8Array, aad: Buffer): Buffer {
    const iv = this.random.bytes(IV);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    cipher.setAAD(aad);
    return Buffer.concat([iv, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
  }
}

function decrypt(key: Uint8Array, bytes: Buffer, aad: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG });
  decipher.setAAD(aad);
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
  return Buffer.concat([decipher.update(bytes.subarray(IV, bytes.length - TAG)), decipher.final()]);
}

/** A digest of the parts with their lengths, so that no two cells share it. */
function aadOf({ table, column, rowId }: SealContext): Buffer {
  const hash = createHash('sha256');
  for (const part of ['capstan-envelope-v1', table, column, rowId]) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest();
}
