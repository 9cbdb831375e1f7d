import { err, ok, type Result } from '#kernel';
import { basicAuthorization, type GitFailure } from '#git';
import type { ArchiveHttp, ArchiveRequest, ArchiveResponse } from './archive-http.js';
import type { ArchiveRemote } from './archive-remote.js';
import { mayMakeTokens, readChallenge, type Challenge } from './token-challenge.js';

const MAX_TOKEN_BYTES = 64 * 1024;
const TOKEN = /^[\x21-\x7e]{1,16384}$/;
const MAX_TOKENS = 100;

/** One conversation with a registry: it answers the challenges of the server, and remembers tokens for as long as it lives. */
export class RegistrySession {
  /** By repository in the registry, which is what tokens are for. */
  private readonly authorizations = new Map<string, string>();

  constructor(
    private readonly http: ArchiveHttp,
    private readonly origin: string,
    private readonly credentials: ArchiveRemote['credentials'],
  ) {}

  /** @param scope the repository in the registry that the request is about */
  async send(request: ArchiveRequest, scope: string, signal: AbortSignal): Promise<Result<ArchiveResponse, GitFailure>> {
    const judged = [...(request.judged ?? []), 401];
    const first = await this.http.send({ ...request, authorization: this.authorizations.get(scope), judged }, signal);
    if (!first.ok || first.value.status !== 401) return first;
    const challenge = readChallenge(first.value.headers['www-authenticate']);
    if (challenge === undefined) return err(this.http.failure('AUTHENTICATION_FAILED', 'the registry answered 401 and does not say how to sign in'));
    const authorization = await this.answer(challenge, scope, signal);
    if (!authorization.ok) return authorization;
    if (this.authorizations.size >= MAX_TOKENS) this.authorizations.clear();
    this.authorizations.set(scope, authorization.value);
    return this.http.send({ ...request, authorization: authorization.value }, signal);
  }

  private async answer(challenge: Challenge, scope: string, signal: AbortSignal): Promise<Result<string, GitFailure>> {
    if (challenge.kind === 'BEARER') return this.token(challenge, scope, signal);
    return this.credentials === undefined ? err(this.http.failure('AUTHENTICATION_FAILED', 'the registry wants a user and a password')) : ok(basicAuthorization(this.credentials));
  }

  private async token({ realm, service, scope: asked }: Extract<Challenge, { kind: 'BEARER' }>, scope: string, signal: AbortSignal): Promise<Result<string, GitFailure>> {
    const url = URL.parse(realm);
    const registry = new URL(this.origin);
    if (url === null || (url.protocol !== 'https:' && url.origin !== registry.origin && registry.protocol === 'https:')) return err(this.http.failure('EGRESS_REFUSED', 'the registry names no https address where tokens are made'));
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', asked ?? `repository:${scope}:pull`);
    const authorization = this.credentials !== undefined && mayMakeTokens(registry, url) ? basicAuthorization(this.credentials) : undefined;
    const answer = await this.http.send({ url: url.href, authorization, maxBytes: MAX_TOKEN_BYTES }, signal);
    if (!answer.ok) return answer.error.code === 'REPOSITORY_NOT_FOUND' ? err(this.http.failure('AUTHENTICATION_FAILED', answer.error.message)) : answer;
    const token = tokenIn(answer.value.body);
    return token === undefined ? err(this.http.failure('GIT_PROTOCOL_ERROR', `${url.host} gave no token`)) : ok(`Bearer ${token}`);
  }
}

function tokenIn(body: Buffer): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const { token, access_token: accessToken }: { readonly token?: unknown; readonly access_token?: unknown } = typeof parsed === 'object' && parsed !== null ? parsed : {};
    const found = token ?? accessToken;
    return typeof found === 'string' && TOKEN.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
