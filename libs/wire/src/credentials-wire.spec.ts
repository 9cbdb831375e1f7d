import { digestOf } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { decodeRepositoryCredentials, encodeRepositoryCredentials, type CredentialContent } from './credentials-wire.js';

describe('credentials on the wire', () => {
  it.each<[string, CredentialContent]>([['password', { username: 'bot', password: 'canary' }], ['SSH key', { privateKey: 'canary', knownHosts: 'host key' }]])('a %s comes out as it went in', (_name, credentials) => {
    const frame = { repositoryId: 'r', dropped: false as const, origin: 'ssh://host:22', digest: digestOf('1'), credentials };
    expect(decodeRepositoryCredentials(encodeRepositoryCredentials(frame))).toEqual({ ok: true, value: frame });
  });

  it('an order to forget holds nothing', () => {
    const wire = encodeRepositoryCredentials({ repositoryId: 'r', dropped: true });
    expect([wire.password, wire.sshPrivateKey, decodeRepositoryCredentials(wire)]).toEqual(['', '', { ok: true, value: { repositoryId: 'r', dropped: true } }]);
  });

  it('without a digest they are refused by field, without their content', () => {
    const wire = encodeRepositoryCredentials({ repositoryId: 'r', dropped: false, origin: '', digest: 'nonsense', credentials: { privateKey: 'canary', knownHosts: 'x' } });
    const decoded = decodeRepositoryCredentials(wire);
    expect(decoded).toMatchObject({ ok: false, error: { code: 'MALFORMED', field: 'credentials.digest' } });
    expect(JSON.stringify(decoded)).not.toContain('canary');
  });
});
