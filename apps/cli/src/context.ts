import type { Clock, MonotonicClock, Timers } from '#kernel';
import type { HubClient } from './hub/hub-client.js';
import type { Terminal } from './output/terminal-screen.js';

/** What every command gets: data goes to `out`, progress and questions to `err`. */
export interface CommandContext {
  readonly hub: HubClient;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly monotonic: MonotonicClock;
  readonly signal: AbortSignal;
  /** Reads a file, or standard input for `-`. */
  readonly readInput: (path: string) => Promise<string>;
  /** Where `out` goes to a terminal that can be drawn on; undefined: to a file, a pipe, or a dumb terminal. */
  readonly terminal: Terminal | undefined;
  /** Asks the person at the terminal; undefined where there is none, so that no script ever waits for an answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}
