import type { Timers } from '#kernel';

/** Every address of a host, as DNS and the machine's own files say. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

const DNS_DEADLINE_MS = 5_000;

/** The addresses of a host; undefined when it does not resolve, or not within five seconds. @throws the signal's reason when it aborts. */
export async function resolveInTime(resolve: ResolveHost, host: string, timers: Timers, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const answered = new AbortController();
  const late = timers.sleep(DNS_DEADLINE_MS, AbortSignal.any([signal, answered.signal])).catch(() => undefined);
  try {
    // A lookup cannot be called off; whoever waits for it can leave.
    return await Promise.race([resolve(host).catch(() => undefined), late.then(() => undefined)]);
  } finally {
    answered.abort();
    signal.throwIfAborted();
  }
}
