import type { Timers } from '#kernel';
import { isRolloutOver, type ApplicationId, type RolloutId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { changeStream, type ChangeFeed, type Viewer } from '../../platform/api/index.js';
import { CHANNELS, Notifications } from '../../platform/database/index.js';
import { TIMERS } from '../../platform/tokens.js';
import { RolloutReadModel, type RolloutView } from './rollouts.read-model.js';

/** One rollout, or every rollout of an application. */
export type RolloutChangesOf = { readonly rollout: RolloutId } | { readonly application: ApplicationId };

/** The planner writes many small steps: a reader is told where they have led, at most so often. */
const EVERY_MS = 250;
/** Windows open and clusters go away without a change of any row of the rollout. A reader who hears nothing for longer is cut off. */
const AGAIN_MS = 15_000;

/**
 * Rollouts as they change, each read anew as the viewer may see it then. The present state comes first, of an application that of its newest rollout, so that a
 * reader who was cut off subscribes again and misses no end. The stream of one rollout ends when that is over; otherwise it ends as `changeStream` does.
 */
@Injectable()
export class RolloutChanges {
  constructor(
    @Inject(Notifications) private readonly feed: ChangeFeed,
    @Inject(RolloutReadModel) private readonly rollouts: Pick<RolloutReadModel, 'findByIds' | 'newestOf'>,
    @Inject(TIMERS) private readonly timers: Timers,
  ) {}

  stream<T>(viewer: Viewer, of: RolloutChangesOf, toPayload: (view: RolloutView) => T): AsyncIterableIterator<T> {
    const isOne = 'rollout' in of;
    return changeStream(this.feed, {
      channel: CHANNELS.rolloutChanged,
      begin: async () => (isOne ? [of.rollout] : [await this.rollouts.newestOf(viewer, of.application)].flatMap((newest) => (newest === undefined ? [] : [newest.id]))),
      find: async (id) => {
        if (isOne && id !== of.rollout) return undefined;
        const [view] = await this.rollouts.findByIds(viewer, [id]);
        return view && { view, isWanted: isOne || view.application === of.application };
      },
      isLast: (view) => isOne && isRolloutOver(view.phase),
      again: { timers: this.timers, afterMs: AGAIN_MS, of: (view) => !isRolloutOver(view.phase) },
      pace: { timers: this.timers, everyMs: EVERY_MS },
      toPayload,
    });
  }
}
