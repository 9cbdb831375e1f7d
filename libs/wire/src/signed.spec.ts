import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { decodeSigned, encodeSigned, rawEd25519, sign, verifySigned, type Signer, type VerifyingKey } from './signed.js';

function aSigner(keyId: string): { readonly signer: Signer; readonly key: VerifyingKey } {
  const pair = generateKeyPairSync('ed25519');
  return {
    signer: { keyId, sign: (bytes) => Promise.resolve(signBytes(null, bytes, pair.privateKey)) },
    key: { keyId, publicKey: rawEd25519(pair.publicKey.export({ format: 'der', type: 'spki' })) },
  };
}

const payload = Buffer.from('what is ordered');
const refused = { ok: false, error: { code: 'SIGNATURE_INVALID', keyId: 'k1' } };

describe('signed bytes', () => {
  const { signer, key } = aSigner('k1');

  it('verify after a way through storage', async () => {
    const stored = decodeSigned(encodeSigned(await sign(payload, 'Order', signer)));
    expect(stored.ok && verifySigned(stored.value, 'Order', [aSigner('k0').key, key])).toEqual({ ok: true, value: payload });
  });

  it('count only as the type they were signed as', async () => {
    const signed = await sign(payload, 'Order', signer);
    expect(verifySigned(signed, 'SigningKey', [key])).toEqual(refused);
    expect(verifySigned({ ...signed, type: 'SigningKey' }, 'SigningKey', [key])).toEqual(refused);
  });

  it('count only under a key that is held, by its own id', async () => {
    const signed = await sign(payload, 'Order', signer);
    expect(verifySigned(signed, 'Order', [])).toEqual(refused);
    expect(verifySigned(signed, 'Order', [{ ...aSigner('k1').key }])).toEqual(refused);
    expect(verifySigned(signed, 'Order', [{ keyId: 'k1', publicKey: new Uint8Array(31) }])).toEqual(refused);
  });

  it('break with any flipped bit of payload or signature', async () => {
    const signed = await sign(payload, 'Order', signer);
    for (const part of ['payload', 'signature'] as const) {
      for (let index = 0; index < signed[part].length; index += 1) {
        const bytes = Buffer.from(signed[part]);
        bytes[index] = (bytes[index] ?? 0) ^ 0x10;
        expect(verifySigned({ ...signed, [part]: bytes }, 'Order', [key])).toEqual(refused);
      }
    }
    expect(verifySigned({ ...signed, signature: signed.signature.subarray(0, 63) }, 'Order', [key])).toEqual(refused);
  });
});
