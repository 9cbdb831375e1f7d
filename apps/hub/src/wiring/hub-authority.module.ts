import type { Clock, Ids, Random } from '#kernel';
import { Module } from '@nestjs/common';
import { GatewayTrust, JOIN_TOKEN_TTL_MS, loadHubIdentity, newJoinToken, SqlHubIdentityStore, type HubIdentity } from '../agent-gateway/index.js';
import { HUB_TRUST, type HubTrust } from '../features/clusters/index.js';
import { TransactionContext } from '../platform/database/index.js';
import { Envelope } from '../platform/secrets/index.js';
import { CLOCK, IDS, RANDOM } from '../platform/tokens.js';
import { HUB_IDENTITY } from './wiring-tokens.js';

/** Who this hub is: its id, epoch and CA, made by the first replica that ever starts. Every role needs it. */
@Module({
  providers: [
    {
      provide: HUB_IDENTITY,
      inject: [TransactionContext, Envelope, IDS, CLOCK, RANDOM],
      useFactory: (tx: TransactionContext, envelope: Envelope, ids: Ids, clock: Clock, random: Random): Promise<HubIdentity> =>
        loadHubIdentity({ store: new SqlHubIdentityStore(tx), envelope, ids, clock, random }),
    },
    {
      provide: HUB_TRUST,
      inject: [TransactionContext, HUB_IDENTITY, RANDOM],
      useFactory: (tx: TransactionContext, identity: HubIdentity, random: Random): HubTrust => {
        const trust = new GatewayTrust(tx, () => Promise.resolve(identity));
        return {
          trust: () => trust.trust(),
          revokeCertificates: (clusterId) => trust.revokeCertificates(clusterId),
          newJoinToken: () => ({ ...newJoinToken(random), ttlMs: JOIN_TOKEN_TTL_MS }),
        };
      },
    },
  ],
  exports: [HUB_IDENTITY, HUB_TRUST],
})
export class HubAuthorityModule {}
