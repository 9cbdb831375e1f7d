import { describe, expect, it } from '@jest/globals';
import { mayMakeTokens, readChallenge } from './token-challenge.js';

describe('the challenge of a registry', () => {
  it.each([
    ['Basic realm="x"', { kind: 'BASIC' }],
    ['Bearer realm="https://auth.example.com/token",service="r",scope="repository:a/b:pull"', { kind: 'BEARER', realm: 'https://auth.example.com/token', service: 'r', scope: 'repository:a/b:pull' }],
    ['bearer realm = https://auth.example.com/t', { kind: 'BEARER', realm: 'https://auth.example.com/t', service: undefined, scope: undefined }],
    ['Bearer service="r"', undefined],
    ['Negotiate', undefined],
    [undefined, undefined],
  ])('%j', (header, challenge) => {
    expect(readChallenge(header)).toEqual(challenge);
  });

  it.each([
    ['https://ghcr.io', 'https://ghcr.io/token', true],
    ['http://localhost:5000', 'http://localhost:5000/token', true],
    ['https://registry.gitlab.example.com', 'https://gitlab.example.com/jwt/auth', true],
    ['https://registry-1.docker.io', 'https://auth.docker.io/token', true],
    ['https://registry.example.com', 'https://evil.example.net/token', false],
    ['https://registry.example.com', 'http://registry.example.com/token', false],
    ['https://registry.example.com', 'https://auth.example.com/token', false],
    ['https://registry.com', 'https://com/token', false],
    ['https://registry.example.com', 'https://example.com:8443/token', false],
    ['http://registry.example.com', 'https://example.com/token', false],
  ])('%s tells its password to %s: %s', (registry, realm, isTold) => {
    expect(mayMakeTokens(new URL(registry), new URL(realm))).toBe(isTold);
  });
});
