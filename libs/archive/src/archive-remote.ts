import type { RepositoryType } from '#domain';
import type { PasswordCredentials } from '#git';

/** A registry or chart repository. */
export interface ArchiveRemote {
  readonly type: Exclude<RepositoryType, 'GIT'>;
  /** As `parseRepositoryUrlOfType` writes it. */
  readonly url: string;
  /** They go to scheme, host and port of the URL, and to where a registry of that host has its tokens made; nowhere else. */
  readonly credentials: PasswordCredentials | undefined;
}

/** What a wish stands for, when the server was asked. */
export interface ArchivePoint {
  /** `version/6.5.0`, `tag/latest` or `digest/sha256:...`. */
  readonly fullRef: string;
  /** Digest of the archive's bytes: what an agent fetches and verifies. */
  readonly commit: string;
  /** Where the archive lies: http or https. */
  readonly location: string;
  /** For people: `podinfo 6.5.0`. */
  readonly title: string;
  /** What the publisher says; undefined: nothing. */
  readonly createdAt: Date | undefined;
}
