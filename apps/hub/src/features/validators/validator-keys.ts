import type { Random } from '#kernel';
import type { ValidatorId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { Envelope, type SealContext } from '../../platform/secrets/index.js';
import { RANDOM } from '../../platform/tokens.js';

const KEY_BYTES = 32;

/** Makes, seals and opens the keys that questions to validators are signed with. A sealed key opens only for its own validator. */
@Injectable()
export class ValidatorKeys {
  constructor(
    @Inject(Envelope) private readonly envelope: Envelope,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /** A new key as it is told, once, and as it is stored. `whsec_` and base64, as Standard Webhooks writes them. */
  make(id: ValidatorId): { readonly key: string; readonly sealed: Uint8Array } {
    const key = `whsec_${Buffer.from(this.random.bytes(KEY_BYTES)).toString('base64')}`;
    return { key, sealed: this.envelope.sealText(key, cellOf(id)) };
  }

  /** @throws UnsealError */
  open(id: ValidatorId, sealed: Uint8Array): string {
    return this.envelope.openText(sealed, cellOf(id));
  }
}

/** Also of the earlier key, which was sealed while it was the key. */
function cellOf(id: ValidatorId): SealContext {
  return { table: 'validators', column: 'key_encrypted', rowId: id };
}
