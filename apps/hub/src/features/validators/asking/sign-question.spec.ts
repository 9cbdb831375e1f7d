import { describe, expect, it } from '@jest/globals';
import { signatureHeaders } from './sign-question.js';

const NOW = new Date('2026-11-01T12:00:00.900Z');
const [KEY, EARLIER] = ['a', 'b'].map((letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`) as [string, string];
const BODY = '{"kind":"RolloutValidation"}';

describe('the signature of a question', () => {
  it('is that of the example of the standard', () => {
    const headers = signatureHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1_614_265_330_000), '{"test": 2432232314}', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
    expect(headers).toEqual({ 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' });
  });

  it('is one for each key, over id, time and body', () => {
    const of = (id: string, body: string, ...keys: readonly string[]): string => signatureHeaders(id, NOW, body, keys)['webhook-signature'];
    expect(of('1', BODY, KEY, EARLIER)).toBe(`${of('1', BODY, KEY)} ${of('1', BODY, EARLIER)}`);
    expect(new Set([of('1', BODY, KEY), of('1', BODY, EARLIER), of('2', BODY, KEY), of('1', `${BODY} `, KEY)]).size).toBe(4);
  });
});
