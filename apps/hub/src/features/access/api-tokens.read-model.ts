import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly emails: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: string[];
  readonly emails: string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

const MAX_TOKENS = 200;
const SELECT = 'SELECT id, name, prefix, scopes, emails, created_at, expires_at, revoked_at, last_used_at FROM api_tokens WHERE principal_id = $1';

/** The viewer's own tokens; those of others are not there. */
@Injectable()
export class ApiTokenReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** Newest first, 200 at most. */
  async list(viewer: Viewer): Promise<readonly ApiToken[]> {
    return this.tx.run(viewerScope(viewer), async () => (await this.tx.query<Row>(`${SELECT} ORDER BY created_at DESC, id LIMIT ${MAX_TOKENS}`, [viewer.principalId])).map(toApiToken));
  }

  async findById(viewer: Viewer, id: string): Promise<ApiToken | undefined> {
    return this.tx.run(viewerScope(viewer), async () => {
      const [row] = await this.tx.query<Row>(`${SELECT} AND id = $2`, [viewer.principalId, id]);
      return row && toApiToken(row);
    });
  }
}

function toApiToken(row: Row): ApiToken {
  return {
    id: row.id, name: row.name, prefix: row.prefix, scopes: row.scopes, emails: row.emails, createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined, revokedAt: row.revoked_at ?? undefined, lastUsedAt: row.last_used_at ?? undefined,
  };
}
