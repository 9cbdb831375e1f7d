import { describe, expect, it } from '@jest/globals';
import { basicAuthorization, redact } from './redact.js';

const credentials = { username: 'fleet', password: 'can/ary+7' };

describe('redact', () => {
  it.each([
    'failed with can/ary+7', `header ${basicAuthorization(credentials)}`, `url ${encodeURIComponent(credentials.password)}`, 'https://fleet:can/ary+7@host/x', `raw ${Buffer.from(credentials.password).toString('base64')}`,
  ])('%s', (message) => {
    const text = redact(message, credentials);
    expect(text).toContain('***');
    for (const secret of ['can/ary', 'can%2Fary', basicAuthorization(credentials).slice(6)]) expect(text).not.toContain(secret);
  });

  it('takes lines of a private key out', () => {
    const line = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUA';
    expect(redact(`broken near ${line}`, { privateKey: `-----BEGIN X-----\n${line}\n-----END X-----`, knownHosts: '' })).toBe('broken near ***');
    expect(redact('at ssh://git:canary@host/x', undefined)).toBe('at ssh://git:***@host/x');
  });

  it('takes a token that is the user name for the secret that it is, and leaves a short user name readable', () => {
    const token = { username: 'ghp/0123456789+abc', password: 'x' };
    for (const form of [token.username, encodeURIComponent(token.username), Buffer.from(token.username).toString('base64'), basicAuthorization(token)]) {
      expect(redact(`told ${form} here`, token)).toMatch(/^told (Basic )?\*\*\* here$/);
    }
    expect(redact('user fleet is unknown', credentials)).toBe('user fleet is unknown');
  });

  it('takes the user part out of any URL, control characters out of any text, and bounds it', () => {
    expect(redact('at http://someone:else@host/x', undefined)).toBe('at http://***@host/x');
    expect(redact('a\u001b[31mb', undefined)).toBe('a?[31mb');
    expect(redact('x'.repeat(10_000), undefined).length).toBeLessThanOrEqual(400);
  });
});
