import { digestOf, type Random } from '#kernel';
import type { RepositoryId } from '#domain';
import { isSshCredentials, type GitCredentials } from '#git';
import { Inject, Injectable } from '@nestjs/common';
import { Envelope, type SealContext } from '../../platform/secrets/index.js';
import { RANDOM } from '../../platform/tokens.js';
import type { SealedCredentials } from './repository.js';

/** In the clear: only on the way in, to Git and to an agent that needs it. */
export type RepositoryCredentials = GitCredentials;

/** Seals and opens what a repository keeps secret. Each value opens only in its own column of its own row. */
@Injectable()
export class RepositorySecrets {
  constructor(
    @Inject(Envelope) private readonly envelope: Envelope,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  sealCredentials(id: RepositoryId, credentials: RepositoryCredentials): SealedCredentials {
    return this.#seal(id, credentials, 'credentials_encrypted');
  }

  /** @throws UnsealError */
  openCredentials(id: RepositoryId, sealed: Uint8Array): RepositoryCredentials {
    return this.#open(id, sealed, 'credentials_encrypted');
  }

  /** What is sealed here does not open as what agents are given, even if it came into their column. */
  sealWriteCredentials(id: RepositoryId, credentials: RepositoryCredentials): SealedCredentials {
    return this.#seal(id, credentials, 'write_credentials_encrypted');
  }

  /** @throws UnsealError */
  openWriteCredentials(id: RepositoryId, sealed: Uint8Array): RepositoryCredentials {
    return this.#open(id, sealed, 'write_credentials_encrypted');
  }

  #seal(id: RepositoryId, credentials: RepositoryCredentials, column: string): SealedCredentials {
    const text = isSshCredentials(credentials)
      ? JSON.stringify({ privateKey: credentials.privateKey, knownHosts: credentials.knownHosts })
      : JSON.stringify({ username: credentials.username, password: credentials.password });
    return { sealed: this.envelope.sealText(text, cellOf(id, column)), digest: digestOf(this.random.bytes(32)) };
  }

  #open(id: RepositoryId, sealed: Uint8Array, column: string): RepositoryCredentials {
    const parsed: unknown = JSON.parse(this.envelope.openText(sealed, cellOf(id, column)));
    const { username, password, privateKey, knownHosts }: Readonly<Record<string, unknown>> = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
    if (typeof privateKey === 'string' && typeof knownHosts === 'string') return { privateKey, knownHosts };
    if (typeof username !== 'string' || typeof password !== 'string') throw new Error(`the credentials of repository ${id} have an unforeseen form`);
    return { username, password };
  }

  sealWebhookSecret(id: RepositoryId, secret: string): Uint8Array {
    return this.envelope.sealText(secret, cellOf(id, 'webhook_secret_encrypted'));
  }

  /** @throws UnsealError */
  openWebhookSecret(id: RepositoryId, sealed: Uint8Array): string {
    return this.envelope.openText(sealed, cellOf(id, 'webhook_secret_encrypted'));
  }
}

function cellOf(id: RepositoryId, column: string): SealContext {
  return { table: 'repositories', column, rowId: id };
}
