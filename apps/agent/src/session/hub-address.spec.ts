import { describe, expect, it } from '@jest/globals';
import { parseHubAddress } from './hub-address.js';

describe('parseHubAddress', () => {
  it.each([
    ['hub.example.com', { host: 'hub.example.com', agentPort: 8443, enrollPort: 8444 }],
    ['localhost:1:2', { host: 'localhost', agentPort: 1, enrollPort: 2 }],
    ['[::1]:8443:8444', { host: '[::1]', agentPort: 8443, enrollPort: 8444 }],
  ])('reads %s', (text, value) => {
    expect(parseHubAddress(text)).toEqual({ ok: true, value });
  });

  it.each(['', 'hub:8443', 'hub:0:1', 'hub:1:70000', 'https://hub', 'hub/path', '::1'])('refuses %j', (text) => {
    expect(parseHubAddress(text)).toMatchObject({ ok: false, error: { code: 'INVALID_HUB_ADDRESS' } });
  });
});
