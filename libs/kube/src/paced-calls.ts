import { err, type Result } from '#kernel';
import { CallPace, MAX_PAUSE_MS } from './call-pace.js';
import type { KubeFailure } from './kube-failure.js';
import { laneOf } from './resource-path.js';
import type { KubeRequest, KubeTransport } from './kube-transport.js';
import { stoppedFailure } from './stopped-failure.js';

/** A call that is sent away for so long, however often it comes, fails. */
const PATIENCE_MS = 10_000;
/** Where a server sends away without saying for how long. */
const RETRY_AFTER_MS = 1_000;
/** Lanes that are remembered; those beyond share one until others are idle. */
const MAX_PACES = 1_000;
const NOT_SENT: KubeFailure = { code: 'TOO_MANY_REQUESTS', httpStatus: 0, message: 'the API server has too much to do and sent calls of this kind away, so this one was not made' };

/**
 * The calls of one account. One that the server sends away (429) was not carried out, and is sent again after the time that the server names, while others of the same lane (one kind
 * in one namespace) go slower. Other lanes do not notice: a server may have little room for one and enough for another, and some kinds have a server of their own.
 */
export class PacedCalls {
  readonly #paces = new Map<string, CallPace>();

  /** @param account for whoever hears of it; empty: that of the connection */
  constructor(
    private readonly transport: Pick<KubeTransport, 'send' | 'deps'>,
    private readonly account: string,
  ) {}

  async send(request: KubeRequest): Promise<Result<string, KubeFailure>> {
    const pace = this.#paceOf(laneOf(request.path));
    const { monotonic } = this.transport.deps;
    let refused: { readonly failure: KubeFailure; readonly sinceMs: number } | undefined;
    for (;;) {
      const place = await pace.enter(refused !== undefined, request.signal);
      if (place === undefined) return err((request.signal?.aborted === true ? stoppedFailure('ABORTED') : refused?.failure) ?? { ...NOT_SENT, retryAfterMs: Math.max(RETRY_AFTER_MS, pace.shutMs) });
      let retryAfterMs: number | undefined;
      try {
        const answer = await this.transport.send(request);
        if (answer.ok || answer.error.code !== 'TOO_MANY_REQUESTS') return answer;
        retryAfterMs = answer.error.retryAfterMs ?? RETRY_AFTER_MS;
        refused = { failure: answer.error, sinceMs: refused?.sinceMs ?? monotonic.nowMs() };
      } finally {
        place.leave(retryAfterMs === undefined ? undefined : { retryAfterMs });
      }
      if (retryAfterMs > MAX_PAUSE_MS) return err(refused.failure);
      if (monotonic.nowMs() - refused.sinceMs < PATIENCE_MS) continue;
      pace.giveUp();
      return err(refused.failure);
    }
  }

  #paceOf(lane: string): CallPace {
    if (this.#paces.size >= MAX_PACES && !this.#paces.has(lane)) for (const [name, pace] of this.#paces) if (pace.isIdle) this.#paces.delete(name);
    const key = this.#paces.has(lane) || this.#paces.size < MAX_PACES ? lane : '';
    const known = this.#paces.get(key);
    if (known !== undefined) return known;
    const { onBusy } = this.transport.deps;
    const pace = new CallPace({ ...this.transport.deps, onBusy: (isBusy) => onBusy?.({ lane, account: this.account, isBusy }) });
    this.#paces.set(key, pace);
    return pace;
  }
}
