import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from './cli-error.js';
import { kubeconfigPath, readConfig } from './config.js';
import { EXIT } from './exit-codes.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'capstan-cli-config-'));
  await writeFile(join(directory, 'token'), 'cap_fromfile_x\n');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function refusalOf(env: Readonly<Record<string, string>>): CliError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('readConfig', () => {
  it('talks to a hub on this machine unless told otherwise', () => {
    expect(readConfig({})).toEqual({ server: 'http://localhost:8080', token: '' });
    expect(readConfig({ CAPSTAN_SERVER: 'https://capstan.example.com//', CAPSTAN_TOKEN: ' cap_a_b\n' })).toEqual({ server: 'https://capstan.example.com', token: 'cap_a_b' });
  });

  it('prefers the file to the variable', () => {
    expect(readConfig({ CAPSTAN_TOKEN: 'cap_other_y', CAPSTAN_TOKEN_FILE: join(directory, 'token') }).token).toBe('cap_fromfile_x');
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['a server without a scheme', { CAPSTAN_SERVER: 'localhost:8080' }, 'CAPSTAN_SERVER is not an http or https URL: localhost:8080'],
    ['a token file that is not there', { CAPSTAN_TOKEN_FILE: '/does/not/exist' }, 'CAPSTAN_TOKEN_FILE cannot be read'],
  ])('refuses %s', (_name, env, message) => {
    expect(refusalOf(env)).toMatchObject({ exitCode: EXIT.USAGE, message: expect.stringContaining(message) });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['a token of two lines', { CAPSTAN_TOKEN: 'cap_hunter2\nhunter2' }],
    ['a server with a password', { CAPSTAN_SERVER: 'https://user:hunter2@capstan.example.com' }],
  ])('refuses %s without repeating it', (_name, env) => {
    const { exitCode, message, why, next } = refusalOf(env);
    expect(exitCode).toBe(EXIT.USAGE);
    expect([message, why, next].join()).not.toContain('hunter2');
  });
});

describe('the kubeconfig', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['is what KUBECONFIG names', { KUBECONFIG: '/a:/b' }, '/a:/b'],
    ['is the usual file where KUBECONFIG is empty', { KUBECONFIG: '' }, '/home/ada/.kube/config'],
    ['is the usual file without KUBECONFIG', {}, '/home/ada/.kube/config'],
  ])('%s', (_name, env, expected) => {
    expect(kubeconfigPath(env, '/home/ada')).toBe(expected);
  });
});
