import type { RepositoryId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { systemScope, TransactionContext } from '../../platform/database/index.js';
import { RepositorySecrets } from './repository-secrets.js';

const SCOPE = systemScope('webhooks');

/** What the webhooks of a repository are signed with. */
@Injectable()
export class WebhookSecretSource {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(RepositorySecrets) private readonly secrets: RepositorySecrets,
  ) {}

  /** undefined: no such repository, or one without a secret. */
  async secretOf(id: RepositoryId): Promise<string | undefined> {
    const [row] = await this.tx.run(SCOPE, () =>
      this.tx.query<{ sealed: Buffer }>('SELECT webhook_secret_encrypted AS sealed FROM repositories WHERE id = $1 AND deleted_at IS NULL AND webhook_secret_encrypted IS NOT NULL', [id]),
    );
    return row && this.secrets.openWebhookSecret(id, row.sealed);
  }
}
