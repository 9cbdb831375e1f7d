import type { Result } from '#kernel';
import { hubId, type HubId } from '#domain';
import { SigningKey as WireSigningKey } from './generated/capstan/agent/v1/order.js';
import { asBuffer, type VerifyingKey } from './signed.js';
import { decoding, malformed, type WireFailure } from './wire-failure.js';
import { readId } from './wire-values.js';

/** The `type` under which a later signing key is signed by one already held. */
export const SIGNING_KEY_TYPE = 'SigningKey';

/** A verifying key and the hub whose orders it may sign. */
export interface HubSigningKey extends VerifyingKey {
  readonly hub: HubId;
}

export function toWireSigningKey(key: HubSigningKey): WireSigningKey {
  return { keyId: key.keyId, publicKey: asBuffer(key.publicKey), hubId: key.hub };
}

export function fromWireSigningKey(wire: WireSigningKey): Result<HubSigningKey, WireFailure> {
  return decoding('signing_key', () => {
    if (wire.keyId === '' || wire.keyId.length > 128) malformed('signing_key.key_id');
    if (wire.publicKey.length !== 32) malformed('signing_key.public_key');
    return { keyId: wire.keyId, publicKey: new Uint8Array(wire.publicKey), hub: readId(wire.hubId, 'signing_key.hub_id', hubId) };
  });
}

export function encodeSigningKey(key: HubSigningKey): Uint8Array {
  return WireSigningKey.encode(toWireSigningKey(key)).finish();
}

export function decodeSigningKey(bytes: Uint8Array): Result<HubSigningKey, WireFailure> {
  const wire = decoding('signing_key', () => WireSigningKey.decode(bytes));
  return wire.ok ? fromWireSigningKey(wire.value) : wire;
}
