import { aDatabase, type TestDatabase } from '#testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHubConfig, startHub, type HubOverrides, type RunningHub } from '../src/compose.js';

export interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly { readonly message: string; readonly path?: readonly (string | number)[]; readonly extensions: { readonly code: string; readonly requestId: string } }[] | undefined;
}

/** A hub in this process on a database of its own, and an administrator's way to it. */
export interface TestHub extends RunningHub {
  readonly adminToken: string;
  readonly database: TestDatabase;
  readonly dataDir: string;
  /** Every line that was logged so far. */
  readonly logged: string[];
  graphql(query: string, variables?: object, options?: { readonly token?: string; readonly headers?: Readonly<Record<string, string>> }): Promise<Answer>;
}

/** @param wayTo what stands between the hub and its database: takes the URL of it, and gives that of the way */
export async function aHub(environment: Readonly<Record<string, string>> = {}, overrides: HubOverrides = {}, wayTo: (url: string) => Promise<string> = (url) => Promise.resolve(url)): Promise<TestHub> {
  const database = await aDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'capstan-hub-test-'));
  const masterKey = join(dataDir, 'master.key');
  await writeFile(masterKey, randomBytes(32).toString('base64'), { mode: 0o600 });
  const { generateKeyPairSync } = await import('node:crypto');
  const signingKey = join(dataDir, 'signing.pem');
  await writeFile(signingKey, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const adminToken = `cap_${'testtest'}_${randomBytes(32).toString('base64url')}`;
  const logged: string[] = [];
  const config = readHubConfig({
    DATABASE_URL: await wayTo(database.url), CAPSTAN_MIGRATE_DATABASE_URL: database.ownerUrl, CAPSTAN_MASTER_KEY_FILE: masterKey, CAPSTAN_SIGNING_KEY_FILE: signingKey,
    CAPSTAN_ADMIN_TOKEN: adminToken, CAPSTAN_DATA_DIR: dataDir, CAPSTAN_LISTEN_HOST: '127.0.0.1', CAPSTAN_HTTP_PORT: '0', CAPSTAN_AGENT_PORT: '0', CAPSTAN_ENROLL_PORT: '0',
    CAPSTAN_DATABASE_POOL_SIZE: '8', ...environment,
  });
  const hub = await startHub(config, { logTo: { write: (line) => void logged.push(line) }, ...overrides });
  return {
    ...hub, adminToken, database, dataDir, logged,
    async graphql(query, variables, options) {
      const response = await fetch(`${hub.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${options?.token ?? adminToken}`, ...options?.headers },
        body: JSON.stringify({ query, variables }),
      });
      const body = (await response.json()) as Omit<Answer, 'status'>;
      return { status: response.status, data: body.data, errors: body.errors };
    },
    async close() {
      await hub.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
