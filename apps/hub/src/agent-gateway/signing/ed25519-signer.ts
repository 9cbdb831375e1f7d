import { digestOf } from '#kernel';
import { rawEd25519, type Signer } from '#wire';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A signer with its key in memory; the key came from CAPSTAN_SIGNING_KEY_FILE and is never written anywhere else. */
export class Ed25519Signer implements Signer {
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;

  private constructor(private readonly key: KeyObject) {
    this.publicKey = new Uint8Array(rawEd25519(createPublicKey(key).export({ format: 'der', type: 'spki' })));
    this.keyId = digestOf(this.publicKey).slice('sha256:'.length, 'sha256:'.length + 32);
  }

  /** @throws when the text is not an Ed25519 private key in PEM (PKCS#8). The message never holds the text. */
  static fromPem(pem: string): Ed25519Signer {
    let key: KeyObject;
    try {
      key = createPrivateKey({ key: pem, format: 'pem' });
    } catch {
      throw new Error('the signing key is not a private key in PEM (PKCS#8)');
    }
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`the signing key must be Ed25519, not ${key.asymmetricKeyType ?? 'secret'}`);
    return new Ed25519Signer(key);
  }

  /** A new key as PEM, for the first start. */
  static newKeyPem(): string {
    return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  sign(bytes: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(sign(null, bytes, this.key));
  }
}
