import { clusterId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { PlaceApplications } from './place-applications.js';
import type { PlacementStore } from './placement.store.js';

const BATCH = 100;
const SCOPE = systemScope('placement');

/**
 * Takes in facts that agents have reported since the last look: new matches get targets, mismatches are shown, and nothing is ever removed.
 * Level-triggered by `facts_at` against `placed_facts_at`; safe to kill and to run twice.
 */
export class PlaceFacts {
  constructor(
    private readonly tx: TransactionContext,
    private readonly store: PlacementStore,
    private readonly placement: PlaceApplications,
  ) {}

  /** One batch of clusters. @returns true when there may be more. */
  async pass(): Promise<boolean> {
    return this.tx.run(SCOPE, async () => {
      await this.store.lock();
      const rows = await this.tx.query<{ id: string }>(
        `SELECT id FROM clusters WHERE facts_at IS DISTINCT FROM placed_facts_at ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`,
        [BATCH],
      );
      if (rows.length === 0) return false;
      const clusters = rows.map((row) => clusterId(row.id));
      const scope = { applications: undefined, clusters };
      await this.placement.placeWithoutRemovals(scope);
      await this.store.markStale(scope); // parameters may name facts
      await this.tx.execute('UPDATE clusters SET placed_facts_at = facts_at WHERE id = ANY($1::uuid[])', [clusters]);
      return rows.length === BATCH;
    });
  }
}
