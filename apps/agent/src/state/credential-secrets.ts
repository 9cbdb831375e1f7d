import { isUuid, parseDigest, type Digest } from '#kernel';
import { parseOrigin, parseRepositoryUrl, repositoryId, type RepositoryId } from '#domain';
import type { GitCredentials } from '#git';
import type { CredentialInbox, RepositoryCredential } from '../session/session.ports.js';
import type { StateSecrets, StoredSecret } from './state-secrets.js';

const FIELDS = ['repository', 'origin', 'digest', 'username', 'password', 'privateKey', 'knownHosts'] as const;

/** Credentials for one URL: held and fit for it, held for another origin, or not held. */
export type CredentialLookup =
  | { readonly kind: 'HELD'; readonly credentials: GitCredentials }
  | { readonly kind: 'BOUND_ELSEWHERE' }
  | { readonly kind: 'NONE' };

/** Credentials of repositories, one Secret each, for offline use. Bound to scheme, host and port: for any other URL there are none. */
export class CredentialSecrets implements CredentialInbox {
  private readonly held = new Map<RepositoryId, { readonly credential: RepositoryCredential; readonly secret: StoredSecret }>();

  constructor(private readonly secrets: StateSecrets) {}

  /** Reads everything that is held. @throws when the cluster cannot be read; what is unreadable by itself counts as not held, and the hub sends it again */
  async load(signal: AbortSignal): Promise<readonly string[]> {
    const listed = await this.secrets.list('credential', signal);
    if (!listed.ok) throw new Error(listed.error.message);
    const unreadable: string[] = [];
    for (const secret of listed.value) {
      const credential = parse(secret);
      if (credential === undefined) unreadable.push(secret.name);
      else this.held.set(credential.repository, { credential, secret: { ...secret, data: new Map() } });
    }
    return unreadable;
  }

  digests(): ReadonlyMap<RepositoryId, Digest> {
    return new Map([...this.held].map(([repository, { credential }]) => [repository, credential.digest]));
  }

  async put(credential: RepositoryCredential, signal: AbortSignal): Promise<void> {
    const { repository, origin, digest, credentials } = credential;
    const data = Object.fromEntries(Object.entries({ repository, origin, digest, ...credentials }).map(([field, text]) => [field, Buffer.from(text)]));
    const secret = await this.secrets.put({ name: nameOf(credential.repository), kind: 'credential', data }, this.held.get(credential.repository)?.secret, signal);
    if (!secret.ok) throw new Error(secret.error.message);
    this.held.set(credential.repository, { credential, secret: { ...secret.value, data: new Map() } });
  }

  async drop(repository: RepositoryId, signal: AbortSignal): Promise<void> {
    const there = await this.secrets.get(nameOf(repository), signal);
    if (!there.ok) throw new Error(there.error.message);
    if (there.value !== undefined) {
      const removed = await this.secrets.remove(there.value, signal);
      if (!removed.ok) throw new Error('message' in removed.error ? removed.error.message : removed.error.code);
    }
    this.held.delete(repository);
  }

  /** What may be sent to `url` in the name of the repository. */
  lookUp(repository: RepositoryId, url: string): CredentialLookup {
    const credential = this.held.get(repository)?.credential;
    if (credential === undefined) return { kind: 'NONE' };
    const parsed = parseRepositoryUrl(url);
    if (!parsed.ok || parsed.value.origin !== parseOrigin(credential.origin)) return { kind: 'BOUND_ELSEWHERE' };
    return { kind: 'HELD', credentials: credential.credentials };
  }
}

function nameOf(repository: RepositoryId): string {
  return `capstan-credential-${repository}`;
}

function parse({ name, data }: StoredSecret): RepositoryCredential | undefined {
  const [repository, origin, digestText, username, password, privateKey, knownHosts] = FIELDS.map((field) => data.get(field)?.toString('utf8'));
  const digest = parseDigest(digestText ?? '');
  const credentials = privateKey !== undefined && knownHosts !== undefined ? { privateKey, knownHosts } : username !== undefined && password !== undefined ? { username, password } : undefined;
  if (repository === undefined || !isUuid(repository) || origin === undefined || credentials === undefined || digest === undefined) return undefined;
  // An agent from before SSH has kept the digest of a key and nothing of the key: what is not held is sent again.
  if (origin.startsWith('ssh:') !== 'privateKey' in credentials) return undefined;
  return name === nameOf(repositoryId(repository)) ? { repository: repositoryId(repository), origin, credentials, digest } : undefined;
}
