import { describe, expect, it } from '@jest/globals';
import { checkWebhookSecret } from './check-webhook-secret.js';

describe('a webhook secret', () => {
  it.each(['sixteen letters!', 'w'.repeat(256), `whsec_${Buffer.alloc(16, 1).toString('base64')}`, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_AQEBAQEBAQEBAQEBAQEBAQ'])('is taken: %s', (secret) => {
    expect(checkWebhookSecret(secret)).toEqual({ ok: true, value: secret });
  });

  it.each(['fifteen letters', 'w'.repeat(257), 'sixteen letters\n', 'whsec_!!!!!!!!!!!!!!!!!!', 'whsec_----------------', `whsec_${Buffer.alloc(15, 1).toString('base64')}`, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA and more'])(
    'is refused: %j',
    (secret) => {
      expect(checkWebhookSecret(secret)).toMatchObject({ ok: false, error: { code: 'INVALID_VALUE', field: ['webhookSecret'] } });
    },
  );
});
