import { err, ok, type Ids, type Random, type Result } from '#kernel';
import { emailOf, isPermission, parseName } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { mintApiToken, type Viewer } from '../../platform/access/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { IDS, RANDOM } from '../../platform/tokens.js';

export interface CreateApiTokenCommand {
  readonly name: string;
  /** undefined: everything that the viewer's own token grants. */
  readonly scopes: readonly string[] | undefined;
  readonly expiresAt: Date | undefined;
  /** Of the person who will use it; undefined: those of the viewer's own token. */
  readonly emails: readonly string[] | undefined;
}

export type CreateApiTokenFailure =
  | { readonly code: 'INVALID_NAME'; readonly rule: string }
  | { readonly code: 'INVALID_SCOPE'; readonly scope: string }
  | { readonly code: 'INVALID_EXPIRY' }
  | { readonly code: 'INVALID_EMAIL'; readonly email: string; readonly because: 'MALFORMED' | 'TOO_MANY' | 'OTHERS' }
  | { readonly code: 'DUPLICATE_TOKEN'; readonly name: string };

const EMAIL = /^[^\s<>@\p{Cc}]+@[^\s<>@\p{Cc}]+$/u;
const MAX_EMAIL = 254;
const MAX_EMAILS = 8;

/**
 * A new token of the viewer, never with more rights than the token that asks for it, nor for longer than it lives. A token with e-mail addresses makes only tokens
 * with the same ones: by them it is told who may not approve, and nobody may become somebody else.
 */
@Injectable()
export class CreateApiToken {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  async execute(viewer: Viewer, command: CreateApiTokenCommand): Promise<Result<{ readonly id: string; readonly token: string }, CreateApiTokenFailure>> {
    const name = parseName(command.name);
    if (!name.ok) return err({ code: 'INVALID_NAME', rule: name.error.rule });
    const excess = command.scopes?.find((scope) => !isPermission(scope) || !viewer.permissions.has(scope));
    if (excess !== undefined) return err({ code: 'INVALID_SCOPE', scope: excess.slice(0, 80) });
    const wanted = command.emails === undefined ? undefined : [...new Set(command.emails.map(emailOf))];
    const malformed = wanted?.find((email) => email.length > MAX_EMAIL || !EMAIL.test(email));
    if (malformed !== undefined) return err({ code: 'INVALID_EMAIL', email: malformed.slice(0, 80), because: 'MALFORMED' });
    if (wanted !== undefined && wanted.length > MAX_EMAILS) return err({ code: 'INVALID_EMAIL', email: '', because: 'TOO_MANY' });
    return this.tx.run(viewerScope(viewer), async () => {
      const [own] = await this.tx.query<{ scopes: string[]; emails: string[]; expires_at: Date | null; now: Date }>('SELECT scopes, emails, expires_at, now() AS now FROM api_tokens WHERE id = $1 FOR UPDATE', [viewer.tokenId]);
      if (own === undefined) throw new Error('the token of the request is gone');
      const expiresAt = command.expiresAt ?? own.expires_at ?? undefined;
      if (expiresAt !== undefined && (expiresAt <= own.now || (own.expires_at !== null && expiresAt > own.expires_at))) return err({ code: 'INVALID_EXPIRY' });
      const emails = wanted ?? own.emails;
      if (own.emails.length > 0 && emails.toSorted().join(' ') !== own.emails.toSorted().join(' ')) return err({ code: 'INVALID_EMAIL', email: '', because: 'OTHERS' });
      const taken = await this.tx.query('SELECT 1 FROM api_tokens WHERE principal_id = $1 AND name = $2 AND revoked_at IS NULL', [viewer.principalId, name.value]);
      if (taken.length > 0) return err({ code: 'DUPLICATE_TOKEN', name: name.value });
      const id = this.ids.uuid();
      const minted = mintApiToken(this.random);
      const scopes = command.scopes ?? own.scopes;
      await this.tx.execute('INSERT INTO api_tokens (id, principal_id, name, prefix, hash, scopes, expires_at, emails) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
        id, viewer.principalId, name.value, minted.prefix, minted.hash, [...scopes], expiresAt ?? null, [...emails],
      ]);
      await this.audit.record({ action: 'createApiToken', object: { kind: 'ApiToken', id }, outcome: 'SUCCEEDED', after: { name: name.value, prefix: minted.prefix, scopes: [...scopes], emails: [...emails] } });
      return ok({ id, token: minted.text });
    });
  }
}
