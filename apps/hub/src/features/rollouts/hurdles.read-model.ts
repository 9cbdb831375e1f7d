import { explainRollout, isRolloutOver, rolloutId, type RolloutHurdle, type RolloutState } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { loadRollouts, rolloutHeads } from './load-rollout.js';
import type { RolloutView } from './rollouts.read-model.js';

type Shown = Pick<RolloutView, 'id' | 'phase' | 'waitsFor'>;

/** Rollouts whose targets are in memory at once. */
const AT_ONCE = 20;

/** What rollouts wait for, told by the planner's own rules from the rows that it reads. */
@Injectable()
export class HurdleReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async of(viewer: Viewer, view: Shown): Promise<readonly RolloutHurdle[]> {
    const [hurdles] = await this.ofMany(viewer, [view]);
    return hurdles ?? [];
  }

  /** The rows of a rollout as the planner sees them; undefined for one that is over, not there, or not the viewer's. */
  async stateOf(viewer: Viewer, view: Pick<RolloutView, 'id' | 'phase'>): Promise<RolloutState | undefined> {
    return this.tx.run(viewerScope(viewer), async () => (await this.#statesOf([view])).get(view.id));
  }

  /** In the order of the rollouts. */
  ofMany(viewer: Viewer, views: readonly Shown[]): Promise<readonly (readonly RolloutHurdle[])[]> {
    return this.tx.run(viewerScope(viewer), async () => {
      const now = await this.tx.now();
      const hurdles = new Map<string, readonly RolloutHurdle[]>();
      for (let from = 0; from < views.length; from += AT_ONCE) {
        const some = views.slice(from, from + AT_ONCE);
        const states = await this.#statesOf(some);
        for (const { id, waitsFor } of some) {
          const state = states.get(id);
          if (state !== undefined) hurdles.set(id, explainRollout(state, waitsFor, now));
        }
      }
      return views.map(({ id }) => hurdles.get(id) ?? []);
    });
  }

  /** Of those that are not over. */
  async #statesOf(views: readonly Pick<RolloutView, 'id' | 'phase'>[]): Promise<ReadonlyMap<string, RolloutState>> {
    const open = views.filter(({ phase }) => !isRolloutOver(phase)).map(({ id }) => rolloutId(id));
    if (open.length === 0) return new Map();
    const loaded = await loadRollouts(this.tx, await rolloutHeads(this.tx, open));
    return new Map(loaded.map(({ state }) => [state.id, state]));
  }
}
