import type { HubId } from '#domain';
import { encodeSigned, encodeSigningKey, sign, SIGNING_KEY_TYPE, type HubSigningKey, type Signer } from '#wire';

/** A public key of this hub, with the introduction by an older key where there is one. */
export interface KnownSigningKey extends HubSigningKey {
  /** Signed SigningKey, by a key that agents hold already; undefined: handed out at enrolment only. */
  readonly introduction: Uint8Array | undefined;
}

export interface SigningKeyStore {
  /** Keys that are not retired, oldest first. */
  active(): Promise<readonly KnownSigningKey[]>;
  /** Inserts unless the key is known. */
  add(key: KnownSigningKey): Promise<void>;
}

/**
 * Makes the public half of the planner's key known, so that gateways hand it out. With `previous` the new key is introduced by the old one, and agents
 * that enrolled before accept it; without, only agents that enrol later do.
 */
export async function registerSigningKey(store: SigningKeyStore, hub: HubId, signer: Signer & { readonly publicKey: Uint8Array }, previous?: Signer): Promise<void> {
  const key: HubSigningKey = { keyId: signer.keyId, publicKey: signer.publicKey, hub };
  const introduction = previous === undefined ? undefined : encodeSigned(await sign(encodeSigningKey(key), SIGNING_KEY_TYPE, previous));
  await store.add({ ...key, introduction });
}
