import { backoffMs, type Random } from '#kernel';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { RolloutDetail } from '../output/format-rollout.js';
import { ROLLOUT_FIELDS } from './find-rollout.js';

const CHANGED = `subscription RolloutChanged($id: ID!) { rolloutChanged(rollout: $id) { ${ROLLOUT_FIELDS} targets(first: 20) { state stage reason target { name } } } }`;

/** What a follower is told: the rollout as it is now, that a second has gone by, or that the hub does not answer. */
export type RolloutNews = { readonly kind: 'rollout'; readonly rollout: RolloutDetail } | { readonly kind: 'second' } | { readonly kind: 'away'; readonly why: string };

const SECOND_MS = 1_000;
/** The hub tells at least every 15 seconds: who hears nothing for so long has lost it, whatever the connection says. */
const SILENCE_MS = 45_000;
/** So long a hub that is away is waited for: a restart, or another network. */
const GIVE_UP_MS = 300_000;
const RETRY = { baseMs: 500, maxMs: 10_000 };

/**
 * A rollout as it moves, until the reader leaves. A connection that breaks is made anew; the first that is told on it is how things are now, so that no end is missed.
 * @throws CliError when the hub refuses, or has been away for five minutes
 */
export async function* followRollout(context: CommandContext, id: string, random: Random): AsyncGenerator<RolloutNews, void, undefined> {
  let awaySinceMs: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      for await (const news of oneConnection(context, id)) {
        if (news.kind === 'rollout') {
          awaySinceMs = undefined;
          attempt = 0;
        }
        yield news;
      }
    } catch (error) {
      if (context.signal.aborted || !(error instanceof CliError) || error.exitCode !== EXIT.HUB_UNREACHABLE) throw error;
      awaySinceMs ??= context.monotonic.nowMs();
      if (context.monotonic.nowMs() - awaySinceMs > GIVE_UP_MS) throw error;
      yield { kind: 'away', why: error.message };
    }
    await context.timers.sleep(backoffMs(RETRY, attempt, random), context.signal);
  }
}

/** Ends as the hub ends it: something may have gone untold. Leaves the hub whatever happens. */
async function* oneConnection(context: CommandContext, id: string): AsyncGenerator<RolloutNews, void, undefined> {
  const leaving = new AbortController();
  const events = context.hub.subscribe<{ readonly rolloutChanged: RolloutDetail }>(CHANGED, { id }, AbortSignal.any([context.signal, leaving.signal]));
  let heardAtMs = context.monotonic.nowMs();
  try {
    let next = events.next();
    for (;;) {
      const waiting = new AbortController();
      const second = context.timers.sleep(SECOND_MS, waiting.signal).then(() => 'second' as const, () => 'second' as const);
      const event = await Promise.race([next, second]).finally(() => waiting.abort());
      if (event === 'second') {
        if (context.monotonic.nowMs() - heardAtMs > SILENCE_MS) throw new CliError(EXIT.HUB_UNREACHABLE, 'the hub has fallen silent', undefined, 'Try again in a moment.');
        yield { kind: 'second' };
      } else {
        if (event.done === true) return;
        heardAtMs = context.monotonic.nowMs();
        yield { kind: 'rollout', rollout: event.value.rolloutChanged };
        next = events.next();
      }
    }
  } finally {
    leaving.abort(new Error('left'));
    await events.return().catch(() => undefined); // why it ended was told already
  }
}
