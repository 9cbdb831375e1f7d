import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '#kernel';

export interface TokenClaims {
  readonly namespace: string;
  readonly name: string;
  /** uid of the ServiceAccount: a token dies with the account, also when another of the same name comes. */
  readonly uid: string;
  readonly expiresAt: Date;
}

const HEADER = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url');

/** Tokens of ServiceAccounts: JWTs signed under the cluster's own key, so that nothing is kept per token. */
export class ServiceAccountTokens {
  constructor(
    private readonly key: Uint8Array,
    private readonly clock: Clock,
  ) {}

  mint(claims: TokenClaims): string {
    const payload = { sub: `${claims.namespace}/${claims.name}`, uid: claims.uid, exp: Math.floor(claims.expiresAt.getTime() / 1000) };
    const body = `${HEADER}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
    return `${body}.${this.sign(body).toString('base64url')}`;
  }

  /** What a token says, or undefined when it is not ours or has expired. */
  verify(token: string): TokenClaims | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.sign(`${header}.${payload}`);
    if (header !== HEADER || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (!isPayload(claims)) return undefined;
    const [namespace = '', name = ''] = claims.sub.split('/');
    const expiresAt = new Date(claims.exp * 1000);
    return expiresAt <= this.clock.now() ? undefined : { namespace, name, uid: claims.uid, expiresAt };
  }

  private sign(body: string): Buffer {
    return createHmac('sha256', this.key).update(body).digest();
  }
}

function isPayload(value: unknown): value is { readonly sub: string; readonly uid: string; readonly exp: number } {
  if (typeof value !== 'object' || value === null || !('sub' in value) || !('uid' in value) || !('exp' in value)) return false;
  return typeof value.sub === 'string' && typeof value.uid === 'string' && typeof value.exp === 'number';
}
