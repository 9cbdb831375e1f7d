import { err, jitterMs, ok, type Clock, type Log, type MonotonicClock, type Random, type Result, type Timers } from '#kernel';
import type { KubeClient, KubeFailure } from '#kube';
import type { Fence } from '../reconcile/agent.ports.js';
import { leaseObject, readLease, type LeaseName, type LeaseRecord } from './lease-record.js';

export interface LeaseSettings extends LeaseName {
  /** Who we are, different for every process. */
  readonly holder: string;
  /** Holders that cannot be alive beside us: earlier containers of the same pod. Empty: none is known. */
  readonly predecessors: string;
  /** How long a silent holder is waited for. */
  readonly durationMs: number;
}

export interface LeaseDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

/** A held lease. `lost` aborts when it can no longer be counted on; from then on nothing may be written. */
export interface HeldLease extends Fence {
  readonly lost: AbortSignal;
  /** Stops renewing and, where we still hold it, lets the next one in at once. */
  release(): Promise<void>;
}

/** We stop this much earlier than others may begin, so that a write that is under way ends before. */
const TRUSTED_SHARE = 2 / 3;
const RELEASE_MS = 2_000;

/**
 * The lease of the single writer of a cluster. Its epoch (`leaseTransitions`) rises with every take-over. Time is measured here by the
 * monotonic clock alone: a holder is silent when its record has not changed for as long as it promised, and our own hold ends when a
 * renewal has not been answered in time, whatever the reason.
 */
export class LeaseKeeper {
  private seen: { readonly record: LeaseRecord; readonly sinceMs: number } | undefined;

  constructor(
    private readonly settings: LeaseSettings,
    private readonly deps: LeaseDeps,
  ) {}

  /** Waits until the lease is ours. @param above the epoch will be higher than this @throws the signal's reason */
  async acquire(above: (signal: AbortSignal) => Promise<Result<number, string>>, signal: AbortSignal): Promise<HeldLease> {
    let told = '';
    for (;;) {
      signal.throwIfAborted();
      const attempt = await this.tryInTime(above, signal);
      if (attempt.ok) return attempt.value;
      const { why, isBusy } = attempt.error;
      if (why !== told) this.deps.log[isBusy ? 'info' : 'error']('waiting for the lease of this cluster', { why });
      told = why;
      await this.deps.timers.sleep(jitterMs(this.settings.durationMs / 10, 0.3, this.deps.random), signal);
    }
  }

  /** One try within one duration of the lease. A connection that leads nowhere any more would otherwise be waited for as long as any call may take. */
  private async tryInTime(above: (signal: AbortSignal) => Promise<Result<number, string>>, signal: AbortSignal): Promise<Result<HeldLease, { readonly why: string; readonly isBusy: boolean }>> {
    const late = new AbortController();
    const timer = this.deps.timers.after(this.settings.durationMs, () => late.abort(new Error('no answer in time')));
    try {
      return await this.tryAcquire(above, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (signal.aborted || !late.signal.aborted) throw error;
      return err({ why: 'no answer in time', isBusy: false });
    } finally {
      timer.cancel();
      if (late.signal.aborted) this.deps.client.close();
    }
  }

  private async tryAcquire(above: (signal: AbortSignal) => Promise<Result<number, string>>, signal: AbortSignal): Promise<Result<HeldLease, { readonly why: string; readonly isBusy: boolean }>> {
    const there = await this.read(signal);
    if (!there.ok) return err({ why: there.error, isBusy: false });
    const busy = there.value === undefined ? undefined : this.whyNotFree(there.value);
    if (busy !== undefined) return err({ why: busy, isBusy: true });
    const floor = await above(signal);
    if (!floor.ok) return err({ why: floor.error, isBusy: false });
    const epoch = Math.max(there.value?.epoch ?? 0, floor.value) + 1;
    const sentAtMs = this.deps.monotonic.nowMs();
    const written = await this.write(epoch, there.value, signal);
    if (!written.ok) return err({ why: `${written.error.code}: ${written.error.message}`, isBusy: written.error.code === 'CONFLICT' || written.error.code === 'ALREADY_EXISTS' });
    this.deps.log.info('this agent holds the lease of the cluster', { epoch, holder: this.settings.holder });
    return ok(new Hold(this.settings, this.deps, written.value, sentAtMs));
  }

  private async read(signal: AbortSignal): Promise<Result<LeaseRecord | undefined, string>> {
    const resource = await this.deps.client.resolve('coordination.k8s.io', 'Lease', 'v1', { signal });
    const found = resource.ok ? await this.deps.client.get(resource.value, this.settings.namespace, this.settings.name, { signal, isUrgent: true }) : resource;
    if (found.ok) return ok(readLease(found.value));
    const { code, message, subject } = found.error;
    return code === 'NOT_FOUND' && subject?.name === this.settings.name ? ok(undefined) : err(`${code}: ${message}`);
  }

  private whyNotFree(record: LeaseRecord): string | undefined {
    const { predecessors, holder } = this.settings;
    if (record.holder === '' || record.holder === holder || (predecessors !== '' && record.holder.startsWith(predecessors))) return undefined;
    const now = this.deps.monotonic.nowMs();
    if (this.seen?.record.resourceVersion !== record.resourceVersion) this.seen = { record, sinceMs: now };
    return now - this.seen.sinceMs > Math.max(record.durationMs, this.settings.durationMs) ? undefined : `${record.holder} holds it`;
  }

  private async write(epoch: number, over: LeaseRecord | undefined, signal: AbortSignal): Promise<Result<LeaseRecord, KubeFailure>> {
    return writeLease(this.settings, this.deps, this.settings.holder, epoch, over, this.settings.durationMs / 3, signal);
  }
}

class Hold implements HeldLease {
  readonly epoch: number;
  private readonly over = new AbortController();
  private readonly gone = new AbortController();
  private readonly renewing: Promise<void>;
  private untilMs: number;

  constructor(
    private readonly settings: LeaseSettings,
    private readonly deps: LeaseDeps,
    private record: LeaseRecord,
    sentAtMs: number,
  ) {
    this.epoch = record.epoch;
    this.untilMs = sentAtMs + settings.durationMs * TRUSTED_SHARE;
    this.renewing = this.renew();
  }

  get lost(): AbortSignal {
    return this.gone.signal;
  }

  isHeld(): boolean {
    if (!this.gone.signal.aborted && this.deps.monotonic.nowMs() >= this.untilMs) this.lose('it could not be renewed in time');
    return !this.gone.signal.aborted;
  }

  async release(): Promise<void> {
    const held = this.isHeld();
    this.gone.abort(new Error('the lease is released'));
    this.over.abort();
    await this.renewing;
    if (!held) return;
    const freed = await writeLease(this.settings, this.deps, '', this.epoch, this.record, RELEASE_MS, undefined);
    if (!freed.ok) this.deps.log.warn('the lease could not be released: the next agent waits until it has run out', { code: freed.error.code });
  }

  private async renew(): Promise<void> {
    const everyMs = this.settings.durationMs / 3;
    const watch = this.watch();
    while (!this.over.signal.aborted && this.isHeld()) {
      await this.deps.timers.sleep(everyMs * (0.8 + 0.2 * this.deps.random.next()), this.over.signal).catch(() => undefined); // the loop looks at the signal
      if (this.over.signal.aborted || !this.isHeld()) break;
      const sentAtMs = this.deps.monotonic.nowMs();
      const written = await writeLease(this.settings, this.deps, this.settings.holder, this.epoch, this.record, everyMs, this.over.signal);
      if (written.ok) {
        this.record = written.value;
        this.untilMs = sentAtMs + this.settings.durationMs * TRUSTED_SHARE;
      } else if (!this.over.signal.aborted) await this.explain(written.error);
    }
    await watch;
  }

  /** Aborts `lost` as soon as time is up, even while a renewal hangs. */
  private async watch(): Promise<void> {
    while (!this.over.signal.aborted && this.isHeld()) {
      await this.deps.timers.sleep(Math.max(10, this.untilMs - this.deps.monotonic.nowMs()), this.over.signal).catch(() => undefined); // the loop looks at the signal
    }
  }

  /** A record that is not ours any more ends it at once; an answer that got lost, or a server that is away, only costs time. */
  private async explain(failure: KubeFailure): Promise<void> {
    this.deps.log.debug('the lease was not renewed', { code: failure.code });
    // No answer at all: a cut that nobody reported has very likely hit the other connections too, and a dead watch tells of no drift.
    if (failure.code === 'TIMEOUT') this.deps.client.close();
    if (failure.code !== 'CONFLICT' && failure.code !== 'NOT_FOUND') return;
    const resource = await this.deps.client.resolve('coordination.k8s.io', 'Lease', 'v1', { signal: this.over.signal });
    const found = resource.ok ? await this.deps.client.get(resource.value, this.settings.namespace, this.settings.name, { signal: this.over.signal, deadlineMs: this.settings.durationMs / 3, isUrgent: true }) : resource;
    if (!found.ok) {
      if (found.error.code === 'NOT_FOUND' && found.error.subject?.name === this.settings.name) this.lose('it was deleted');
      return;
    }
    const record = readLease(found.value);
    if (record.holder === this.settings.holder && record.epoch === this.epoch) this.record = record;
    else this.lose(`${record.holder === '' ? 'somebody' : record.holder} has taken it`);
  }

  private lose(why: string): void {
    if (this.gone.signal.aborted) return;
    this.deps.log.warn('the lease of this cluster is lost: nothing is written any more', { why, epoch: this.epoch });
    this.gone.abort(new Error(`the lease is lost: ${why}`));
  }
}

async function writeLease(settings: LeaseSettings, deps: LeaseDeps, holder: string, epoch: number, over: LeaseRecord | undefined, deadlineMs: number, signal: AbortSignal | undefined): Promise<Result<LeaseRecord, KubeFailure>> {
  const object = leaseObject(settings, { holder, epoch, durationMs: settings.durationMs, at: deps.clock.now() }, over);
  const options = { fieldManager: 'capstan-agent', deadlineMs, isUrgent: true, ...(signal === undefined ? {} : { signal }) };
  const written = over === undefined ? await deps.client.create(object, options) : await deps.client.replace(object, options);
  return written.ok ? ok(readLease(written.value)) : written;
}
