import { err, ok, type Ids, type Result } from '#kernel';
import { joinTokenId, type JoinTokenId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import type { HubConfig } from '../../platform/config.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { Listeners } from '../../platform/http/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { HUB_CONFIG, IDS } from '../../platform/tokens.js';
import type { CreateJoinTokenFailure } from './cluster.errors.js';
import { CLUSTER_REPOSITORY, type ClusterRepository } from './cluster.repository.js';
import { HUB_TRUST, type HubTrust } from './hub-trust.js';

export interface CreateJoinTokenCommand {
  readonly cluster: string;
  /** The agent may come from another Kubernetes cluster than the one enrolled before. */
  readonly replace: boolean;
}

/** What an agent needs to join. The token is told here and never again. */
export interface JoinInvitation {
  readonly id: JoinTokenId;
  readonly expiresAt: Date;
  readonly token: string;
  readonly hub: { readonly host: string; readonly agentPort: number; readonly enrollPort: number; readonly caPem: string; readonly caHash: string };
}

@Injectable()
export class CreateJoinToken {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(CLUSTER_REPOSITORY) private readonly clusters: ClusterRepository,
    @Inject(HUB_TRUST) private readonly trust: HubTrust,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(Listeners) private readonly listeners: Listeners,
    @Inject(HUB_CONFIG) private readonly config: HubConfig,
  ) {}

  async execute(viewer: Viewer, command: CreateJoinTokenCommand): Promise<Result<JoinInvitation, CreateJoinTokenFailure>> {
    const { caPem, caHash } = await this.trust.trust();
    const { token, hash, ttlMs } = this.trust.newJoinToken();
    return this.tx.run(viewerScope(viewer), async () => {
      const cluster = await this.clusters.lockByName(command.cluster);
      if (cluster === undefined || cluster.state === 'REMOVED') return err({ code: 'CLUSTER_NOT_FOUND', name: command.cluster });
      if (cluster.state === 'REMOVING') return err({ code: 'CLUSTER_NOT_ACTIVE', name: command.cluster, state: cluster.state });
      const id = joinTokenId(this.ids.uuid());
      const [row] = await this.tx.query<{ expires_at: Date }>(
        `INSERT INTO join_tokens (id, cluster_id, hash, "replace", created_by, expires_at) VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond') RETURNING expires_at`,
        [id, cluster.id, Buffer.from(hash), command.replace, viewer.principalId, ttlMs],
      );
      if (row === undefined) throw new Error('the database did not return the join token');
      await this.audit.record({ action: 'createJoinToken', object: { kind: 'Cluster', id: cluster.id }, outcome: 'SUCCEEDED', after: { joinToken: id, replace: command.replace } });
      const hub = { host: this.config.publicHost, agentPort: this.listeners.get('agent') ?? this.config.agentPort, enrollPort: this.listeners.get('enroll') ?? this.config.enrollPort, caPem, caHash };
      return ok({ id, expiresAt: row.expires_at, token, hub });
    });
  }
}
