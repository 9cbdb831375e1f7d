import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';

/** A new key and the request (PKCS#10) that proves it. */
export interface KeyWithRequest {
  /** PKCS#8, PEM: ECDSA P-256. */
  readonly privateKeyPem: string;
  /** DER. */
  readonly csr: Buffer;
}

const ECDSA_WITH_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const VERSION_0 = Buffer.from('020100', 'hex');
const EMPTY_NAME = Buffer.from('3000', 'hex');
const NO_ATTRIBUTES = Buffer.from('a000', 'hex');
const SEQUENCE = 0x30;
const BIT_STRING = 0x03;

/**
 * A fresh P-256 key with its CSR. The request has no subject and no attributes, since hubs read only the key; so small a structure is written
 * by hand here, which spares the agent a certificate library in memory.
 */
export function newKeyWithRequest(): KeyWithRequest {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKeyPem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const info = der(SEQUENCE, VERSION_0, EMPTY_NAME, pair.publicKey.export({ type: 'spki', format: 'der' }), NO_ATTRIBUTES);
  const signature = sign('sha256', info, createPrivateKey(privateKeyPem));
  return { privateKeyPem, csr: der(SEQUENCE, info, ECDSA_WITH_SHA256, der(BIT_STRING, Buffer.of(0), signature)) };
}

/** One DER value with the length form that its content needs. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 0x80 ? Buffer.of(content.length) : content.length < 0x100 ? Buffer.of(0x81, content.length) : Buffer.of(0x82, content.length >> 8, content.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, content]);
}
