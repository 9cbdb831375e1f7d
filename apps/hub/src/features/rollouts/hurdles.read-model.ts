import { explainRollout, isRolloutOver, rolloutId, type RolloutHurdle } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { loadRollout, rolloutHeads } from './load-rollout.js';
import type { RolloutView } from './rollouts.read-model.js';

/** What rollouts wait for, told by the planner's own rules from the rows that it reads. */
@Injectable()
export class HurdleReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async #now(): Promise<Date> {
    const [row] = await this.tx.query<{ now: Date }>('SELECT now() AS now');
    if (row === undefined) throw new Error('the database did not say the time');
    return row.now;
  }

  async of(viewer: Viewer, view: Pick<RolloutView, 'id' | 'phase' | 'waitsFor'>): Promise<readonly RolloutHurdle[]> {
    if (isRolloutOver(view.phase)) return [];
    return this.tx.run(viewerScope(viewer), async () => {
      const [head] = await rolloutHeads(this.tx, [rolloutId(view.id)]);
      return head === undefined ? [] : explainRollout((await loadRollout(this.tx, head)).state, view.waitsFor, await this.#now());
    });
  }
}
