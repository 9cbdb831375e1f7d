import { canonicalJson, type Json } from '#kernel';
import { ApiError, type Viewer } from '../access/index.js';
import type { TransactionContext } from '../database/index.js';
import { fingerprint, matchesFingerprint, type Envelope, type MasterKeys } from '../secrets/index.js';

export interface IdempotentRequest {
  readonly key: string;
  readonly operation: string;
  readonly input: Json;
}

interface KeyRow {
  readonly operation: string;
  readonly request_digest: string;
  readonly response: { readonly sealed: string } | null;
}

const LIFE_HOURS = 24;
const KEY = /^[\x21-\x7e]{1,128}$/;

/**
 * Remembers answers for a day, so that a client may repeat a mutation whose answer it never got. Key and answer are written in
 * the transaction of the change; answers are sealed, as some hold a token that is shown once.
 */
export class Idempotency {
  constructor(
    private readonly tx: TransactionContext,
    private readonly keys: MasterKeys,
    private readonly envelope: Envelope,
  ) {}

  /**
   * Claims the key inside the open transaction. A second request with the same key waits here until the first has ended.
   * @returns the first answer when there is one, else undefined: go on, then `remember`.
   * @throws ApiError IDEMPOTENCY_KEY_REUSED when the key was used for something else.
   */
  async claim(viewer: Viewer, request: IdempotentRequest): Promise<Json | undefined> {
    if (!KEY.test(request.key)) throw new ApiError('BAD_REQUEST', 'An idempotency key has 1 to 128 visible ASCII characters.');
    const text = requestText(request);
    await this.tx.execute('DELETE FROM idempotency_keys WHERE principal_id = $1 AND key = $2 AND expires_at <= now()', [viewer.principalId, request.key]);
    const inserted = await this.tx.execute(
      `INSERT INTO idempotency_keys (principal_id, key, operation, request_digest, expires_at) VALUES ($1, $2, $3, $4, now() + make_interval(hours => $5))
       ON CONFLICT (principal_id, key) DO NOTHING`,
      [viewer.principalId, request.key, request.operation, fingerprint(this.keys, text), LIFE_HOURS],
    );
    if (inserted === 1) return undefined;
    const [row] = await this.tx.query<KeyRow>('SELECT operation, request_digest, response FROM idempotency_keys WHERE principal_id = $1 AND key = $2', [viewer.principalId, request.key]);
    if (row === undefined || row.response === null || row.operation !== request.operation || !matchesFingerprint(this.keys, text, row.request_digest)) {
      throw new ApiError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used for another request in the last 24 hours: take a new one.');
    }
    return JSON.parse(this.envelope.openText(Buffer.from(row.response.sealed, 'base64'), cellOf(viewer, request.key))) as Json;
  }

  /** Keeps the answer of a claimed key. */
  async remember(viewer: Viewer, request: IdempotentRequest, answer: unknown): Promise<void> {
    const sealed = this.envelope.sealText(JSON.stringify(answer), cellOf(viewer, request.key)).toString('base64');
    await this.tx.execute('UPDATE idempotency_keys SET response = $3 WHERE principal_id = $1 AND key = $2', [viewer.principalId, request.key, JSON.stringify({ sealed })]);
  }

  /** Removes what is past its time, a thousand at most. Call it from time to time. */
  async sweep(): Promise<number> {
    return this.tx.execute('DELETE FROM idempotency_keys WHERE (principal_id, key) IN (SELECT principal_id, key FROM idempotency_keys WHERE expires_at < now() LIMIT 1000)');
  }
}

function requestText(request: IdempotentRequest): string {
  return canonicalJson([request.operation, request.input]);
}

function cellOf(viewer: Viewer, key: string): { table: string; column: string; rowId: string } {
  return { table: 'idempotency_keys', column: 'response', rowId: `${viewer.principalId}/${key}` };
}
