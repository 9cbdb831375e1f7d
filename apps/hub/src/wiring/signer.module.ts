import type { Random } from '#kernel';
import { Module } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ed25519Signer, registerSigningKey, SqlSigningKeyStore, type HubIdentity } from '../agent-gateway/index.js';
import { ConfigError, type HubConfig } from '../platform/config.js';
import { TransactionContext } from '../platform/database/index.js';
import { createOnce } from '../platform/secrets/index.js';
import { HUB_CONFIG, RANDOM } from '../platform/tokens.js';
import { HubAuthorityModule } from './hub-authority.module.js';
import { HUB_IDENTITY, SIGNER } from './wiring-tokens.js';

/**
 * The key that signs orders, in replicas of the role planner only; undefined in all others. Its public half is made known
 * to the gateways before the first order is signed.
 */
@Module({
  imports: [HubAuthorityModule],
  providers: [
    {
      provide: SIGNER,
      inject: [HUB_CONFIG, HUB_IDENTITY, TransactionContext, RANDOM],
      useFactory: async (config: HubConfig, identity: HubIdentity, tx: TransactionContext, random: Random): Promise<Ed25519Signer | undefined> => {
        if (!config.roles.includes('planner')) return undefined;
        const signer = await loadSigner(config, random);
        await registerSigningKey(new SqlSigningKeyStore(tx, identity.hub), identity.hub, signer);
        return signer;
      },
    },
  ],
  exports: [SIGNER],
})
export class SignerModule {}

async function loadSigner(config: HubConfig, random: Random): Promise<Ed25519Signer> {
  const file = config.signingKeyFile ?? join(config.dataDir, 'signing.pem');
  if (config.signingKeyFile === undefined) await createOnce(file, Ed25519Signer.newKeyPem(), random);
  try {
    return Ed25519Signer.fromPem(await readFile(file, 'utf8'));
  } catch {
    // Neither the text of the file nor what the parser made of it belongs into an error.
    throw new ConfigError('CAPSTAN_SIGNING_KEY_FILE', `${file} must be readable and hold an Ed25519 private key in PEM. Make one with: openssl genpkey -algorithm ed25519 -out ${file}`);
  }
}
