import type { Ids, JsonObject } from '#kernel';
import type { ProjectId } from '#domain';
import type { TransactionContext } from './transaction-context.js';

/** Something that happened, for whoever delivers it later (notifications, events to other systems). Never holds a secret. */
export interface OutboxEvent {
  readonly kind: string;
  readonly projectId?: ProjectId;
  readonly payload: JsonObject;
}

/** Events written in the transaction of the change that they tell of. */
export class Outbox {
  constructor(
    private readonly tx: TransactionContext,
    private readonly ids: Ids,
  ) {}

  async append(event: OutboxEvent): Promise<void> {
    await this.tx.execute('INSERT INTO outbox (id, project_id, kind, payload) VALUES ($1, $2, $3, $4)', [
      this.ids.uuid(), event.projectId ?? null, event.kind, JSON.stringify(event.payload),
    ]);
  }
}
