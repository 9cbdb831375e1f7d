import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ConfigError, readHubConfig, SETTINGS } from './config.js';
import { settingsDocs } from './settings-docs.js';

const TOKEN = `cap_abcd1234_${'x'.repeat(43)}`;

describe('readHubConfig', () => {
  it('needs nothing for development', () => {
    const config = readHubConfig({});
    expect(config).toMatchObject({ httpPort: 8080, agentPort: 8443, enrollPort: 8444, roles: ['api', 'gateway', 'planner'], databaseUrl: undefined, statementTimeoutMs: 10_000 });
    expect(isAbsolute(config.dataDir)).toBe(true);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each([
    ['CAPSTAN_HTTP_PORT', { CAPSTAN_HTTP_PORT: '80800' }],
    ['CAPSTAN_ROLES', { CAPSTAN_ROLES: 'api,cook' }],
    ['CAPSTAN_LOG_LEVEL', { CAPSTAN_LOG_LEVEL: 'loud' }],
    ['CAPSTAN_LOCK_TIMEOUT', { CAPSTAN_LOCK_TIMEOUT: '5' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://x' }],
    ['DATABASE_URL', { CAPSTAN_MIGRATE_DATABASE_URL: 'postgres://owner@db/capstan' }],
    ['CAPSTAN_MASTER_KEY_FILE', { DATABASE_URL: 'postgres://app@db/capstan' }],
    ['CAPSTAN_SIGNING_KEY_FILE', { DATABASE_URL: 'postgres://app@db/capstan', CAPSTAN_MASTER_KEY_FILE: '/k' }],
    ['CAPSTAN_ADMIN_TOKEN_FILE', { CAPSTAN_ADMIN_TOKEN_FILE: '/no/such/file' }],
  ])('names the bad variable: %s %j', (variable, environment) => {
    expect(() => readHubConfig(environment)).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION', variable }));
  });

  it('never repeats a secret', () => {
    const canary = 'canary-4711';
    for (const environment of [{ CAPSTAN_ADMIN_TOKEN: canary }, { DATABASE_URL: `mysql://u:${canary}@db` }]) {
      expect(() => readHubConfig(environment)).toThrow(ConfigError);
      expect(() => readHubConfig(environment)).not.toThrow(canary);
    }
    expect(JSON.stringify(readHubConfig({ CAPSTAN_ADMIN_TOKEN: TOKEN }))).not.toContain('xxxx');
  });

  it('prefers the file of a secret and treats an empty variable as unset', () => {
    const directory = mkdtempSync(join(tmpdir(), 'capstan-config-'));
    const file = join(directory, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    expect(readHubConfig({ CAPSTAN_ADMIN_TOKEN_FILE: file, CAPSTAN_ADMIN_TOKEN: 'bad' }).adminToken?.reveal()).toBe(TOKEN);
    expect(readHubConfig({ CAPSTAN_ADMIN_TOKEN: '', CAPSTAN_HTTP_PORT: '' })).toMatchObject({ adminToken: undefined, httpPort: 8080 });
    rmSync(directory, { recursive: true });
  });
});

describe('settingsDocs', () => {
  it('has a row for every variable', () => {
    const docs = settingsDocs();
    for (const setting of Object.values(SETTINGS)) expect(docs).toContain(`\`${setting.name}\``);
  });
});
