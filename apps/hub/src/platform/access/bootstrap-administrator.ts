import type { Ids, Log, Random } from '#kernel';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config.js';
import { systemScope, type TransactionContext } from '../database/index.js';
import { createOnce, SecretText } from '../secrets/index.js';
import { hashSecret, mintApiToken, parseApiToken } from './api-token.js';

export interface BootstrapPorts {
  readonly tx: TransactionContext;
  readonly ids: Ids;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Makes sure that the first administrator can get in: with the configured token, else with one generated into
 * `<data directory>/admin.token` (mode 0600), whose path is logged. A changed token replaces the earlier one.
 * Safe to run by many replicas at once.
 */
export async function bootstrapAdministrator(ports: BootstrapPorts, configured: SecretText | undefined, dataDir: string): Promise<void> {
  const token = parseApiToken((configured ?? (await generatedToken(ports, dataDir))).reveal());
  if (token === undefined) throw new ConfigError('CAPSTAN_ADMIN_TOKEN', 'must be cap_<8 of a-z0-9>_<32 bytes in base64url>');
  const { tx, ids } = ports;
  await tx.run(systemScope('bootstrap'), async () => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('capstan.bootstrap', 0))`);
    await tx.execute(`INSERT INTO projects (id, name) VALUES ($1, 'default') ON CONFLICT (name) DO NOTHING`, [ids.uuid()]);
    await tx.execute(`INSERT INTO principals (id, kind, name, roles) VALUES ($1, 'USER', 'admin', '{admin}') ON CONFLICT (name) DO NOTHING`, [ids.uuid()]);
    await tx.execute(
      `UPDATE api_tokens SET revoked_at = now() WHERE name = 'bootstrap' AND prefix <> $1 AND revoked_at IS NULL AND principal_id = (SELECT id FROM principals WHERE name = 'admin')`,
      [token.prefix],
    );
    await tx.execute(
      `INSERT INTO api_tokens (id, principal_id, name, prefix, hash, scopes) SELECT $1, id, 'bootstrap', $2, $3, '{*}' FROM principals WHERE name = 'admin'
       ON CONFLICT (prefix) DO UPDATE SET hash = excluded.hash, revoked_at = NULL, scopes = excluded.scopes WHERE api_tokens.name = 'bootstrap'`,
      [ids.uuid(), token.prefix, hashSecret(token.secret)],
    );
  });
}

async function generatedToken({ random, log }: BootstrapPorts, dataDir: string): Promise<SecretText> {
  const file = join(dataDir, 'admin.token');
  await createOnce(file, `${mintApiToken(random).text}\n`, random);
  log.info('the token of the first administrator is in a file', { file });
  return new SecretText((await readFile(file, 'utf8')).trim());
}
