import type { Timers } from '#kernel';
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
  /** What to tell of before anything changes, looked up once changes are listened for: nothing falls in between. */
  readonly begin?: () => Promise<readonly string[]>;
  /** After each event the next one waits so long: what changes fast is told of a few times a second, the last change always. */
  readonly pace?: { readonly timers: Timers; readonly everyMs: number };
  /** What depends on the time too is told of again when nothing was heard of it for so long. */
  readonly again?: { readonly timers: Timers; readonly afterMs: number; readonly of: (view: View) => boolean };
  /** Nothing can follow this: the stream ends after it. */
  readonly isLast?: (view: View) => boolean;
}

/** Things that may wait for one slow subscriber. */
const CAPACITY = 10_000;

/**
 * Things as they change, from the ids that a channel carries. What was told of and is no longer wanted is told of once more, so that a reader can strike it
 * off its list. Where changes may have gone untold, after a gap of the database listener as after too many that waited, the stream ends: the
 * client subscribes and reads again.
 */
export function changeStream<View, Payload>(feed: ChangeFeed, { channel, find, toPayload, begin, pace, again, isLast }: ChangeStreamOptions<View, Payload>): AsyncIterableIterator<Payload> {
  let push: (id: string) => void = () => undefined;
  const ids = eventStream<string>((hear) => feed.listen(channel, (push = hear)), { keyOf: (id) => id, capacity: CAPACITY });
  const forget = feed.onReconnect(() => void ids.return?.());
  const told = new Set<string>();
  const over = new AbortController();
  const reminders = new Map<string, { cancel(): void }>();
  let toBegin = begin;
  let hasTold = false;
  const next = async (): Promise<IteratorResult<Payload>> => {
    if (hasTold && pace !== undefined) await pace.timers.sleep(pace.everyMs, over.signal).catch(() => undefined); // whoever ends it ends the wait
    const first = toBegin;
    toBegin = undefined;
    for (const id of (await first?.().catch(failed)) ?? []) push(id);
    for (;;) {
      const event = await ids.next();
      if (event.done === true) return end();
      const found = await find(event.value).catch(failed);
      const wasTold = told.delete(event.value);
      if (found === undefined || !(found.isWanted || wasTold)) continue;
      if (found.isWanted) remember(told, event.value);
      remind(event.value, found);
      hasTold = true;
      if (isLast?.(found.view) === true) await end();
      return { done: false, value: toPayload(found.view) };
    }
  };
  const remind = (id: string, { view, isWanted }: Found<View>): void => {
    reminders.get(id)?.cancel();
    reminders.delete(id);
    if (again !== undefined && isWanted && again.of(view)) reminders.set(id, again.timers.after(again.afterMs, () => push(id)));
  };
  const end = async (): Promise<IteratorResult<Payload>> => {
    forget();
    over.abort();
    for (const reminder of reminders.values()) reminder.cancel();
    reminders.clear();
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
