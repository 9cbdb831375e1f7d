import type { Digest } from '#kernel';
import type { ProjectId, RepositoryId, RepositoryType } from '#domain';

/** Credentials as they are stored. */
export interface SealedCredentials {
  readonly sealed: Uint8Array;
  /** New with every change and made of chance alone: it tells agents that something changed, and nobody what it is. */
  readonly digest: Digest;
}

/** The part of a repository that people decide. */
export interface Repository {
  readonly project: ProjectId;
  readonly id: RepositoryId;
  readonly name: string;
  readonly type: RepositoryType;
  readonly url: string;
  readonly pollMs: number;
  readonly credentials: SealedCredentials | undefined;
  /** What the hub, and nobody else, writes commits with. */
  readonly writeCredentials: SealedCredentials | undefined;
  /** Sealed. */
  readonly webhookSecret: Uint8Array | undefined;
  /** Rises with every change; guards against lost updates. */
  readonly version: number;
}

/** What an audit row and its digest may know of a repository. */
export function auditedRepository({ name, type, url, pollMs, credentials, writeCredentials, webhookSecret }: Repository): { readonly [key: string]: string | number | boolean | null } {
  return { name, type, url, pollMs, credentials: credentials?.digest ?? null, writeCredentials: writeCredentials?.digest ?? null, hasWebhookSecret: webhookSecret !== undefined };
}
