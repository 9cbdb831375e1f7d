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
const MOST_OF_OTHERS = 10_000;

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
    /** A rollout is of one application for ever: what moves elsewhere in the hub is looked up once, not with each of its steps. The one seen first is forgotten first. */
    const ofOthers = new Set<string>();
    return changeStream(this.feed, {
      channel: CHANNELS.rolloutChanged,
      begin: async () => (isOne ? [of.rollout] : [await this.rollouts.newestOf(viewer, of.application)].flatMap((newest) => (newest === undefined ? [] : [newest.id]))),
      find: async (id) => {
        if ((isOne && id !== of.rollout) || ofOthers.has(id)) return undefined;
        const [view] = await this.rollouts.findByIds(viewer, [id]);
        if (view === undefined) return undefined;
        const isWanted = isOne || view.application === of.application;
        if (!isWanted) remember(ofOthers, id);
        return { view, isWanted };
      },
      isLast: (view) => isOne && isRolloutOver(view.phase),
      again: { timers: this.timers, afterMs: AGAIN_MS, of: (view) => !isRolloutOver(view.phase) },
      pace: { timers: this.timers, everyMs: EVERY_MS },
      toPayload,
    });
  }
}

function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > MOST_OF_OTHERS && oldest !== undefined) ids.delete(oldest);
}
