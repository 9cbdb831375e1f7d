import { err, ok, type Result } from '#kernel';
import { constants, createPrivateKey, createPublicKey, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SshReader, sshMpint, sshString } from './ssh-wire.js';

/** A private key that can answer an SSH server, in memory only. */
export interface SshKey {
  /** The public key as SSH writes it. */
  readonly publicBlob: Buffer;
  /** The signature as SSH writes it; undefined for an algorithm that is not used any more (SHA-1). `flags` are those of the agent protocol. */
  sign(data: Uint8Array, flags: number): Buffer | undefined;
}

/** Says what is wrong with the key, never what is in it. */
export interface SshKeyRefused {
  readonly code: 'SSH_KEY_UNREADABLE' | 'SSH_KEY_HAS_PASSPHRASE' | 'SSH_KEY_UNSUPPORTED';
  readonly message: string;
}

const RSA_SHA256 = 2;
const RSA_SHA512 = 4;
const MIN_RSA_BITS = 2048;
const CURVES = { 'P-256': ['nistp256', 'sha256'], 'P-384': ['nistp384', 'sha384'], 'P-521': ['nistp521', 'sha512'] } as const;
const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/;
const MAGIC = 'openssh-key-v1\0';

/** Reads a private key in OpenSSH's format, PKCS#8, PKCS#1 or SEC1: Ed25519, ECDSA, or RSA of 2048 bits or more. Pure. */
export function parseSshKey(pem: string): Result<SshKey, SshKeyRefused> {
  if (/ENCRYPTED/.test(pem)) return hasPassphrase();
  try {
    const openssh = OPENSSH.exec(pem);
    const key = openssh === null ? createPrivateKey(pem) : readOpenSsh(Buffer.from(openssh[1] ?? '', 'base64'));
    return key === 'HAS_PASSPHRASE' ? hasPassphrase() : keyOf(key);
  } catch {
    return err({ code: 'SSH_KEY_UNREADABLE', message: 'not a private key in OpenSSH or PEM format: give the whole file that ssh-keygen wrote, its first and last line included' });
  }
}

function keyOf(key: KeyObject): Result<SshKey, SshKeyRefused> {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') {
    return ok({ publicBlob: join('ssh-ed25519', bytes(jwk.x)), sign: (data) => join('ssh-ed25519', sign(null, data, key)) });
  }
  if (jwk.kty === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS) {
    return ok({ publicBlob: Buffer.concat([sshString('ssh-rsa'), sshMpint(bytes(jwk.e)), sshMpint(bytes(jwk.n))]), sign: (data, flags) => signRsa(key, data, flags) });
  }
  const curve = jwk.kty === 'EC' ? Object.entries(CURVES).find(([name]) => name === jwk.crv)?.[1] : undefined;
  if (curve !== undefined) {
    const [name, hash] = curve;
    const type = `ecdsa-sha2-${name}`;
    const point = Buffer.concat([Buffer.of(4), bytes(jwk.x), bytes(jwk.y)]);
    return ok({
      publicBlob: Buffer.concat([sshString(type), sshString(name), sshString(point)]),
      sign: (data) => {
        const raw = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
        const half = raw.length / 2;
        return join(type, Buffer.concat([sshMpint(raw.subarray(0, half)), sshMpint(raw.subarray(half))]));
      },
    });
  }
  return err({ code: 'SSH_KEY_UNSUPPORTED', message: `this kind of key is not used: make one with ssh-keygen -t ed25519 (RSA needs ${MIN_RSA_BITS} bits or more)` });
}

function signRsa(key: KeyObject, data: Uint8Array, flags: number): Buffer | undefined {
  const padding = constants.RSA_PKCS1_PADDING;
  if ((flags & RSA_SHA512) !== 0) return join('rsa-sha2-512', sign('sha512', data, { key, padding }));
  return (flags & RSA_SHA256) === 0 ? undefined : join('rsa-sha2-256', sign('sha256', data, { key, padding }));
}

/** @throws for what is not such a file */
function readOpenSsh(file: Buffer): KeyObject | 'HAS_PASSPHRASE' {
  if (file.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('not an OpenSSH key');
  const outer = new SshReader(file.subarray(MAGIC.length));
  const cipher = outer.string().toString('latin1');
  outer.string();
  outer.string();
  if (cipher !== 'none') return 'HAS_PASSPHRASE';
  if (outer.uint32() !== 1) throw new Error('not exactly one key');
  outer.string();
  const inner = new SshReader(outer.string());
  if (inner.uint32() !== inner.uint32()) throw new Error('damaged');
  return createPrivateKey({ format: 'jwk', key: readOpenSshJwk(inner) });
}

function readOpenSshJwk(inner: SshReader): JsonWebKey {
  const type = inner.string().toString('latin1');
  if (type === 'ssh-ed25519') {
    const x = inner.string();
    return { kty: 'OKP', crv: 'Ed25519', x: text(x), d: text(inner.string().subarray(0, 32)) };
  }
  if (type === 'ssh-rsa') {
    const [n, e, d, qi, p, q] = [inner.mpint(), inner.mpint(), inner.mpint(), inner.mpint(), inner.mpint(), inner.mpint()];
    return { kty: 'RSA', n: text(n), e: text(e), d: text(d), p: text(p), q: text(q), qi: text(qi), dp: text(remainder(d, p)), dq: text(remainder(d, q)) };
  }
  const curve = Object.entries(CURVES).find(([, [name]]) => type === `ecdsa-sha2-${name}`)?.[0];
  if (curve === undefined) throw new Error('unknown type');
  inner.string();
  const point = inner.string();
  const size = (point.length - 1) / 2;
  const d = inner.mpint();
  return { kty: 'EC', crv: curve, x: text(point.subarray(1, 1 + size)), y: text(point.subarray(1 + size)), d: text(Buffer.concat([Buffer.alloc(Math.max(0, size - d.length)), d])) };
}

/** d mod (p - 1), of numbers as bytes. */
function remainder(d: Buffer, p: Buffer): Buffer {
  const hex = (BigInt(`0x${d.toString('hex')}`) % (BigInt(`0x${p.toString('hex')}`) - 1n)).toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function join(type: string, content: Uint8Array): Buffer {
  return Buffer.concat([sshString(type), sshString(content)]);
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? '', 'base64url');
}

function text(content: Buffer): string {
  return content.toString('base64url');
}

function hasPassphrase(): Result<never, SshKeyRefused> {
  return err({ code: 'SSH_KEY_HAS_PASSPHRASE', message: 'the key has a passphrase: take it off with ssh-keygen -p, or make a key for this repository alone; it is encrypted where Capstan keeps it' });
}
