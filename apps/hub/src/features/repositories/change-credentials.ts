import { canonicalJson, ok } from '#kernel';
import { UnsealError } from '../../platform/secrets/index.js';
import { checkCredentials, checkWriteCredentials, sameOrigin } from './check-credentials.js';
import { invalid, type Checked } from './invalid-setting.js';
import type { Repository, SealedCredentials } from './repository.js';
import type { RepositorySecrets, RepositoryCredentials } from './repository-secrets.js';

export interface CredentialsChange {
  /** undefined: as they are. */
  readonly given: RepositoryCredentials | undefined;
  readonly isRemoved: boolean;
  /** Of the repository from now on. */
  readonly url: string;
}

/** The credentials that everybody who reads signs in with, after a change. The same again stay as they are. */
export function changeCredentials(secrets: RepositorySecrets, stored: Repository, { given, isRemoved, url }: CredentialsChange): Checked<SealedCredentials | undefined> {
  if (given !== undefined && isRemoved) return invalid('INVALID_VALUE', ['removeCredentials'], 'credentials are given and to be removed at once');
  const { id, credentials } = stored;
  if (given === undefined && credentials !== undefined && !isRemoved) return keep(stored, credentials, url, 'credentials');
  const checked = checkCredentials(url, given);
  if (!checked.ok) return checked;
  if (checked.value === undefined) return ok(undefined);
  const isHeld = credentials !== undefined && isSame(() => secrets.openCredentials(id, credentials.sealed), checked.value);
  return ok(isHeld ? credentials : secrets.sealCredentials(id, checked.value));
}

/** The same for what the hub writes commits with. */
export function changeWriteCredentials(secrets: RepositorySecrets, stored: Repository, { given, isRemoved, url }: CredentialsChange): Checked<SealedCredentials | undefined> {
  if (given !== undefined && isRemoved) return invalid('INVALID_VALUE', ['removeWriteCredentials'], 'write credentials are given and to be removed at once');
  const { id, type, writeCredentials } = stored;
  if (given === undefined && writeCredentials !== undefined && !isRemoved) return keep(stored, writeCredentials, url, 'writeCredentials');
  const checked = checkWriteCredentials(type, url, given);
  if (!checked.ok) return checked;
  if (checked.value === undefined) return ok(undefined);
  const isHeld = writeCredentials !== undefined && isSame(() => secrets.openWriteCredentials(id, writeCredentials.sealed), checked.value);
  return ok(isHeld ? writeCredentials : secrets.sealWriteCredentials(id, checked.value));
}

/** Whoever may change the URL need not know the password: it must not be sent where they please. */
function keep(stored: Repository, credentials: SealedCredentials, url: string, field: string): Checked<SealedCredentials | undefined> {
  if (sameOrigin(stored.url, url)) return ok(credentials);
  return invalid('INVALID_CREDENTIALS', [field], `the ${field === 'credentials' ? '' : 'write '}credentials belong to another host: give them again, or remove them`);
}

function isSame(open: () => RepositoryCredentials, given: RepositoryCredentials): boolean {
  const held = opened(open);
  return held !== undefined && canonicalJson({ ...held }) === canonicalJson({ ...given });
}

/** What can be opened no more, because its master key is gone, is replaced like anything else. */
export function opened<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof UnsealError) return undefined;
    throw error;
  }
}
