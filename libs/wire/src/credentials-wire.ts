import type { Digest, Result } from '#kernel';
import type { RepositoryCredentials as Wire } from './generated/capstan/agent/v1/session.js';
import { decoding, type WireFailure } from './wire-failure.js';
import { readDigest } from './wire-values.js';

/** A user and password, or an SSH key with the host keys that its server may show. */
export type CredentialContent = { readonly username: string; readonly password: string } | { readonly privateKey: string; readonly knownHosts: string };

export type CredentialFrame<D = string> =
  | { readonly repositoryId: string; readonly dropped: true }
  | { readonly repositoryId: string; readonly dropped: false; readonly origin: string; readonly digest: D; readonly credentials: CredentialContent };

export function encodeRepositoryCredentials(frame: CredentialFrame): Wire {
  const empty: Wire = { repositoryId: frame.repositoryId, origin: '', username: '', password: '', digest: '', dropped: frame.dropped, sshPrivateKey: '', sshKnownHosts: '' };
  if (frame.dropped) return empty;
  const { origin, digest, credentials } = frame;
  return 'privateKey' in credentials
    ? { ...empty, origin, digest, sshPrivateKey: credentials.privateKey, sshKnownHosts: credentials.knownHosts }
    : { ...empty, origin, digest, username: credentials.username, password: credentials.password };
}

/** Failures name the field and never its content. */
export function decodeRepositoryCredentials(wire: Wire): Result<CredentialFrame<Digest>, WireFailure> {
  return decoding('credentials', () => {
    const { repositoryId, origin, username, password, sshPrivateKey: privateKey, sshKnownHosts: knownHosts } = wire;
    if (wire.dropped) return { repositoryId, dropped: true };
    const digest = readDigest(wire.digest, 'credentials.digest');
    return { repositoryId, dropped: false, origin, digest, credentials: privateKey === '' ? { username, password } : { privateKey, knownHosts } };
  });
}
