import { err, isUuid, ok, type Result } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/access/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, TransactionContext, viewerScope } from '../../platform/database/index.js';

export interface ApiTokenNotFound {
  readonly code: 'TOKEN_NOT_FOUND';
}

/** Ends a token of the viewer. Requests are refused at once, open subscriptions within five seconds. Repeating it changes nothing. */
@Injectable()
export class RevokeApiToken {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  async execute(viewer: Viewer, id: string): Promise<Result<void, ApiTokenNotFound>> {
    if (!isUuid(id)) return err({ code: 'TOKEN_NOT_FOUND' });
    return this.tx.run(viewerScope(viewer), async () => {
      const found = await this.tx.query('SELECT 1 FROM api_tokens WHERE id = $1 AND principal_id = $2 FOR UPDATE', [id, viewer.principalId]);
      if (found.length === 0) return err({ code: 'TOKEN_NOT_FOUND' });
      const revoked = await this.tx.execute('UPDATE api_tokens SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL', [id]);
      if (revoked === 0) return ok(undefined);
      await this.audit.record({ action: 'revokeApiToken', object: { kind: 'ApiToken', id }, outcome: 'SUCCEEDED' });
      this.tx.notify(CHANNELS.accessRevoked, viewer.principalId);
      return ok(undefined);
    });
  }
}
