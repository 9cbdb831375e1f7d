import { grantedPermissions, principalId } from '#domain';
import { systemScope, type TransactionContext } from '../database/index.js';
import { parseApiToken, secretMatches } from './api-token.js';
import type { Viewer } from './viewer.js';

export interface RequestOrigin {
  readonly requestId: string;
  readonly origin: string;
}

interface TokenRow {
  readonly id: string;
  readonly principal_id: string;
  readonly name: string;
  readonly kind: 'USER' | 'SERVICE' | 'SYSTEM';
  readonly roles: string[];
  readonly scopes: string[];
  readonly emails: string[];
  readonly hash: Buffer;
  readonly used_long_ago: boolean;
}

const FIND = `
  SELECT t.id, t.principal_id, p.name, p.kind, p.roles, t.scopes, t.emails, t.hash,
    (t.last_used_at IS NULL OR t.last_used_at < now() - interval '5 minutes') AS used_long_ago
  FROM api_tokens t JOIN principals p ON p.id = t.principal_id
  WHERE t.prefix = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND p.disabled_at IS NULL AND p.kind <> 'SYSTEM'`;

/** Finds out who holds a token. Reads the database each time, so that a revocation counts at once. */
export class Authenticator {
  constructor(private readonly tx: TransactionContext) {}

  /** The viewer, or undefined for a token that is malformed, unknown, wrong, expired, revoked, or of a disabled principal: one answer for all. */
  async viewerOf(tokenText: string, origin: RequestOrigin): Promise<Viewer | undefined> {
    const parsed = parseApiToken(tokenText);
    if (parsed === undefined) return undefined;
    return this.tx.run(systemScope('authenticator'), async () => {
      const [row] = await this.tx.query<TokenRow>(FIND, [parsed.prefix]);
      if (row === undefined || !secretMatches(parsed.secret, row.hash) || row.kind === 'SYSTEM') return undefined;
      if (row.used_long_ago) {
        // Coarse on purpose, and never worth waiting for: one write in five minutes per token.
        await this.tx.execute('UPDATE api_tokens SET last_used_at = now() WHERE id = (SELECT id FROM api_tokens WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED)', [row.id]);
      }
      return {
        principalId: principalId(row.principal_id), name: row.name, kind: row.kind, tokenId: row.id, emails: row.emails,
        permissions: grantedPermissions(row.roles, row.scopes), requestId: origin.requestId, origin: origin.origin,
      };
    });
  }

  /** Permissions that the token of an open subscription grants now; undefined once it is revoked or expired. */
  async permissionsNow(viewer: Viewer): Promise<Viewer['permissions'] | undefined> {
    return this.tx.run(systemScope('authenticator'), async () => {
      const [row] = await this.tx.query<{ roles: string[]; scopes: string[] }>(
        `SELECT p.roles, t.scopes FROM api_tokens t JOIN principals p ON p.id = t.principal_id
         WHERE t.id = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND p.disabled_at IS NULL`,
        [viewer.tokenId],
      );
      return row === undefined ? undefined : grantedPermissions(row.roles, row.scopes);
    });
  }
}

/** The token of `Authorization: Bearer <token>`, or undefined. */
export function bearerTokenOf(header: string | undefined): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header ?? '')?.[1];
}
