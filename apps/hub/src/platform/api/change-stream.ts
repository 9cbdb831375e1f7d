import type { Channel, Notifications } from '../database/index.js';
import { eventStream } from './event-stream.js';

/** Where changes are heard of: the one listening connection of a replica. */
export type ChangeFeed = Pick<Notifications, 'listen' | 'onReconnect'>;

/** One thing as the viewer may see it now, and whether it is one of those that were asked for. */
export interface Found<View> {
  readonly view: View;
  readonly isWanted: boolean;
}

export interface ChangeStreamOptions<View, Payload> {
  readonly channel: Channel;
  /** undefined: not there, or not the viewer's, which is never told of. Asked anew for each event, so that rights that were lost count at once. */
  readonly find: (id: string) => Promise<Found<View> | undefined>;
  readonly toPayload: (view: View) => Payload;
}

/** Things that may wait for one slow subscriber. */
const CAPACITY = 10_000;

/**
 * Things as they change, from the ids that a channel carries. What was told of and is no longer wanted is told of once more, so that a reader can strike it
 * off its list. Where changes may have gone untold, after a gap of the database listener as after too many that waited, the stream ends: the
 * client subscribes and reads again.
 */
export function changeStream<View, Payload>(feed: ChangeFeed, { channel, find, toPayload }: ChangeStreamOptions<View, Payload>): AsyncIterableIterator<Payload> {
  const ids = eventStream<string>((push) => feed.listen(channel, push), { keyOf: (id) => id, capacity: CAPACITY });
  const forget = feed.onReconnect(() => void ids.return?.());
  const told = new Set<string>();
  const next = async (): Promise<IteratorResult<Payload>> => {
    for (;;) {
      const event = await ids.next();
      if (event.done === true) return end();
      const found = await find(event.value).catch(failed);
      const wasTold = told.delete(event.value);
      if (found === undefined || !(found.isWanted || wasTold)) continue;
      if (found.isWanted) remember(told, event.value);
      return { done: false, value: toPayload(found.view) };
    }
  };
  const end = async (): Promise<IteratorResult<Payload>> => {
    forget();
    await ids.return?.();
    return { done: true, value: undefined };
  };
  /** Whoever reads a stream that has failed does not end it: nothing may go on listening for nobody. */
  const failed = async (error: unknown): Promise<never> => {
    await end();
    throw error;
  };
  // No async generator: one that waits for its next event cannot be ended from outside.
  return { next, return: end, throw: end, [Symbol.asyncIterator]() { return this; } };
}

/** The oldest is forgotten first: it may leave without a last word, which a reader that reads its list again finds out. */
function remember(told: Set<string>, id: string): void {
  told.add(id);
  const [oldest] = told;
  if (told.size > CAPACITY && oldest !== undefined) told.delete(oldest);
}
