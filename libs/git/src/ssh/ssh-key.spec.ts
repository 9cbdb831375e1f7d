import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, verify } from 'node:crypto';
import { answer } from './ssh-agent.js';
import { checkKnownHosts } from './known-hosts.js';
import { parseSshKey, type SshKey } from './ssh-key.js';
import { SshReader, sshString } from './ssh-wire.js';

const pair = generateKeyPairSync('ed25519');
const key = read(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const KEY_LINE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';

function read(pem: string): SshKey {
  const parsed = parseSshKey(pem);
  if (!parsed.ok) throw new Error(parsed.error.code);
  return parsed.value;
}

describe('parseSshKey', () => {
  it.each([
    ['nothing', '', 'SSH_KEY_UNREADABLE'],
    ['a public key', KEY_LINE, 'SSH_KEY_UNREADABLE'],
    ['half an OpenSSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAA\n-----END OPENSSH PRIVATE KEY-----', 'SSH_KEY_UNREADABLE'],
    ['a key with a passphrase', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary' }).toString(), 'SSH_KEY_HAS_PASSPHRASE'],
    ['a short RSA key', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'SSH_KEY_UNSUPPORTED'],
    ['a curve that SSH does not know', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'SSH_KEY_UNSUPPORTED'],
  ])('refuses %s', (_name, pem, code) => {
    expect(parseSshKey(pem)).toMatchObject({ ok: false, error: { code } });
  });
});

describe('the SSH agent', () => {
  const signRequest = (blob: Buffer, data: string): Buffer => Buffer.concat([Buffer.of(13), sshString(blob), sshString(data), Buffer.alloc(4)]);

  it('names its one key and signs with it', () => {
    expect(answer(key, Buffer.of(11)).includes(key.publicBlob)).toBe(true);
    const reader = new SshReader(new SshReader(answer(key, signRequest(key.publicBlob, 'to be signed')).subarray(1)).string());
    expect(reader.string().toString()).toBe('ssh-ed25519');
    expect(verify(null, Buffer.from('to be signed'), pair.publicKey, reader.string())).toBe(true);
  });

  it.each([
    ['another key', signRequest(Buffer.from('other'), 'x')], ['a message that breaks off', Buffer.of(13, 0, 0, 0, 9)], ['adding a key', Buffer.of(17)], ['an extension', Buffer.of(27)], ['nothing', Buffer.alloc(0)],
  ])('refuses %s', (_name, message) => {
    expect(answer(key, message)).toEqual(Buffer.of(5));
  });

  it('signs with RSA by SHA-2 and never by SHA-1', () => {
    const rsa = read(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
    expect([rsa.sign(Buffer.from('x'), 0), rsa.sign(Buffer.from('x'), 2)?.toString('latin1', 4, 16), rsa.sign(Buffer.from('x'), 4)?.toString('latin1', 4, 16)]).toEqual([undefined, 'rsa-sha2-256', 'rsa-sha2-512']);
  });
});

describe('checkKnownHosts', () => {
  it.each([`github.com ${KEY_LINE}`, `# published\r\n|1|abc=|def= ${KEY_LINE} a comment\r\n\r\n`, `@cert-authority *.example.com ${KEY_LINE}`])('takes %j', (text) => {
    expect(checkKnownHosts(text).ok).toBe(true);
  });

  it.each(['', '# nothing', 'github.com', `github.com ssh-dss AAAA`, `@revoked github.com ${KEY_LINE}`, `@other github.com ${KEY_LINE}`, KEY_LINE, `a ${KEY_LINE}\n<html>`])('refuses %j', (text) => {
    expect(checkKnownHosts(text).ok).toBe(false);
  });
});
