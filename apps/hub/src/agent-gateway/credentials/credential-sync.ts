import type { ClusterId } from '#domain';
import type { GitCredentials } from '#git';
import { encodeRepositoryCredentials } from '#wire';
import type { LiveSession } from '../session/live-session.js';

/** Which credentials a cluster needs, by digest only: nothing is decrypted to find out that nothing changed. */
export interface NeededCredential {
  readonly repositoryId: string;
  readonly digest: string;
}

/** Credentials ready to be sent to one agent. */
export interface OpenCredential extends NeededCredential {
  /** scheme://host:port */
  readonly origin: string;
  readonly credentials: GitCredentials;
}

export interface CredentialSource {
  /** Repositories with credentials of which something is assigned to this cluster (DESIGN: nobody else gets them). */
  needed(cluster: ClusterId): Promise<readonly NeededCredential[]>;
  /** The credentials of these repositories, as far as the cluster needs them. */
  open(cluster: ClusterId, repositoryIds: readonly string[]): Promise<readonly OpenCredential[]>;
}

/** Sends an agent the credentials it needs and does not hold, and takes back those of repositories that it no longer needs. */
export class CredentialSync {
  constructor(private readonly source: CredentialSource) {}

  async bringInLine(session: LiveSession): Promise<void> {
    const needed = await this.source.needed(session.cluster);
    const wanted = new Map(needed.map((credential) => [credential.repositoryId, credential.digest]));
    for (const repositoryId of session.credentialDigests.keys()) {
      if (wanted.has(repositoryId)) continue;
      session.send({ $case: 'credentials', value: encodeRepositoryCredentials({ repositoryId, dropped: true }) });
      session.credentialDigests.delete(repositoryId);
    }
    const missing = needed.filter((credential) => session.credentialDigests.get(credential.repositoryId) !== credential.digest);
    if (missing.length === 0) return;
    for (const credential of await this.source.open(session.cluster, missing.map((entry) => entry.repositoryId))) {
      if (session.send({ $case: 'credentials', value: encodeRepositoryCredentials({ ...credential, dropped: false }) })) session.credentialDigests.set(credential.repositoryId, credential.digest);
    }
  }
}
