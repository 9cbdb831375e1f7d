import { err, ok, type Result } from '#kernel';
import { createPublicKey, verify } from 'node:crypto';
import { Signed as WireSigned } from './generated/capstan/agent/v1/order.js';
import { decoding, malformed, type WireFailure } from './wire-failure.js';

/** Bytes and a signature over exactly these bytes: stored, forwarded and verified as they are. */
export interface Signed {
  readonly type: string;
  readonly payload: Uint8Array;
  readonly keyId: string;
  /** 64 bytes, Ed25519. */
  readonly signature: Uint8Array;
}

/** Holds a private key, here or in a device: only the planner role has one. Throws when it cannot sign. */
export interface Signer {
  readonly keyId: string;
  /** An Ed25519 signature (64 bytes) over `bytes`. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A public key that may sign orders of one hub. */
export interface VerifyingKey {
  readonly keyId: string;
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
}

export interface SignatureFailure {
  readonly code: 'SIGNATURE_INVALID';
  readonly keyId: string;
}

/** DER in front of a raw Ed25519 key (RFC 8410): what turns 32 bytes into a SubjectPublicKeyInfo. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const MAX_KEY_ID = 128;

/** Signs a payload under its type, so that bytes signed as one thing never count as another. */
export async function sign(payload: Uint8Array, type: string, signer: Signer): Promise<Signed> {
  return { type, payload, keyId: signer.keyId, signature: await signer.sign(signedBytes(type, payload)) };
}

/** The payload, if one of `keys` signed it as a `type`. Any doubt (unknown key, other type, short signature) is SIGNATURE_INVALID. */
export function verifySigned(signed: Signed, type: string, keys: readonly VerifyingKey[]): Result<Uint8Array, SignatureFailure> {
  const key = keys.find((candidate) => candidate.keyId === signed.keyId);
  const failure = err<SignatureFailure>({ code: 'SIGNATURE_INVALID', keyId: signed.keyId.slice(0, MAX_KEY_ID) });
  if (key === undefined || key.publicKey.length !== 32 || signed.type !== type || signed.signature.length !== 64) return failure;
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key.publicKey]), format: 'der', type: 'spki' });
  return verify(null, signedBytes(type, signed.payload), publicKey, signed.signature) ? ok(signed.payload) : failure;
}

/** The raw 32 bytes inside an Ed25519 SubjectPublicKeyInfo (DER). */
export function rawEd25519(spki: Uint8Array): Uint8Array {
  if (spki.length !== SPKI_PREFIX.length + 32 || !SPKI_PREFIX.equals(spki.subarray(0, SPKI_PREFIX.length))) throw new TypeError('not an Ed25519 public key');
  return spki.subarray(SPKI_PREFIX.length);
}

/** Signed as bytes, for columns and Secrets. */
export function encodeSigned(signed: Signed): Uint8Array {
  return WireSigned.encode(toWireSigned(signed)).finish();
}

export function decodeSigned(bytes: Uint8Array): Result<Signed, WireFailure> {
  return decoding('signed', () => {
    const wire = WireSigned.decode(bytes);
    return wire.payload.length === 0 ? malformed('signed.payload') : fromWireSigned(wire);
  });
}

export function toWireSigned(signed: Signed): WireSigned {
  return { type: signed.type, payload: asBuffer(signed.payload), keyId: signed.keyId, signature: asBuffer(signed.signature) };
}

export function fromWireSigned(wire: WireSigned): Signed {
  return { type: wire.type, payload: wire.payload, keyId: wire.keyId, signature: wire.signature };
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function signedBytes(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`capstan.agent.v1/${type}\n`, 'utf8'), payload]);
}
