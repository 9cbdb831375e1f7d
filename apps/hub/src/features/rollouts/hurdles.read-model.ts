import { explainRollout, isRolloutOver, rolloutId, type RolloutHurdle, type RolloutState } from '#domain';
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
    return this.tx.run(viewerScope(viewer), async () => {
      const state = await this.stateOf(viewer, view);
      return state === undefined ? [] : explainRollout(state, view.waitsFor, await this.#now());
    });
  }

  /** The rows of a rollout as the planner sees them; undefined for one that is over, not there, or not the viewer's. */
  async stateOf(viewer: Viewer, { id, phase }: Pick<RolloutView, 'id' | 'phase'>): Promise<RolloutState | undefined> {
    if (isRolloutOver(phase)) return undefined;
    return this.tx.run(viewerScope(viewer), async () => {
      const [head] = await rolloutHeads(this.tx, [rolloutId(id)]);
      return head === undefined ? undefined : (await loadRollout(this.tx, head)).state;
    });
  }
}
