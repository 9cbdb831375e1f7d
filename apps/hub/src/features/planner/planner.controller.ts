import { jitterMs, type Log, type MonotonicClock, type Random, type Timers } from '#kernel';
import { applicationId } from '#domain';
import { CHANNELS, holderWith, type HeldLease, type Leases, type Notifications, type TransactionContext } from '../../platform/database/index.js';
import type { PlaceFacts } from '../placement/index.js';
import { findDue } from './find-due.js';
import { findTouched } from './find-touched.js';
import { findWork, requestOrdersOfOlderEpochs } from './find-work.js';
import type { PlanApplication } from './plan-application.js';

export interface PlannerControllerPorts {
  readonly tx: TransactionContext;
  readonly leases: Pick<Leases, 'acquire' | 'renew' | 'release'>;
  readonly notifications: Pick<Notifications, 'listen' | 'onReconnect' | 'session'>;
  readonly plan: Pick<PlanApplication, 'execute'>;
  readonly facts: Pick<PlaceFacts, 'pass'>;
  /** Who this replica is, unique among replicas. */
  readonly holder: string;
  readonly timers: Timers;
  readonly monotonic: MonotonicClock;
  readonly random: Random;
  readonly log: Log;
}

export const PLANNER_LEASE = 'planner';
/** So long a planner is waited for that says nothing and whose session has not ended. Its ghost may wake up later: every write is fenced by the epoch. */
const LEASE_MS = 9_000;
const RENEW_AFTER_MS = 3_000;
/** How often work is looked for, whatever notifications say. */
const SCAN_EVERY_MS = 5_000;
/** Moments that come faster than that are met together. */
const SOONEST_LOOK_MS = 50;
/** Notifications of one event come in swarms: a short wait makes one look of them. */
const GATHER_MS = 10;
const WORKERS = 4;
const MAX_APPLICATIONS = 10_000;
const MAX_CLUSTERS = 10_000;
const MAX_FACT_BATCHES = 100;

/**
 * Plans, on the one replica that holds the lease. Woken by notifications, by the moments at which time changes something, and by itself every few seconds. A failure of one
 * application is logged and met again by the next scan; it holds up no other. Rollouts that wait are looked at when their time has come, and all of them where notifications may be lost.
 */
export class PlannerController {
  readonly #dirty = new Set<string>();
  /** Of what notifications told since the last pass: others may wait for it. */
  #changed = nothingChanged();
  /** Could not be planned; tried again by the next scan. */
  readonly #failed: string[] = [];
  readonly #stopping = new AbortController();
  readonly #unlisten: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #scanNow = true;
  /** Also what waits: something may have happened of which nobody was told. */
  #scanAll = true;
  /** When work is looked for next, by the monotonic clock: however much is told meanwhile. */
  #scanAtMs = 0;
  /** When time changes something next. */
  #dueAtMs = Infinity;
  #factsNow = true;
  #lease: HeldLease | undefined;
  #renewedAtMs = 0;
  #loop: Promise<void> | undefined;

  constructor(private readonly ports: PlannerControllerPorts) {}

  start(): void {
    const { notifications } = this.ports;
    this.#unlisten.push(
      notifications.listen(CHANNELS.applicationChanged, (id) => this.#onApplication(id)),
      notifications.listen(CHANNELS.clusterChanged, (id) => this.#onCluster(id)),
      notifications.onReconnect(() => {
        this.#scanEverything();
        this.#wake?.();
      }),
    );
    this.#loop = this.#run();
  }

  /** Ends after the step that is under way, and gives the lease back. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the planner is stopping'));
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
    await this.#loop;
    if (this.#lease !== undefined) await this.ports.leases.release(this.#lease).catch((error: unknown) => this.ports.log.warn('cannot give the planner lease back', { error }));
  }

  /** Plans everything that is known to need it. @returns false while another replica holds the lease */
  async pass(): Promise<boolean> {
    const lease = await this.#hold();
    if (lease === undefined) return false;
    const nowMs = this.ports.monotonic.nowMs();
    if (nowMs >= this.#scanAtMs) {
      this.#scanNow = true;
      this.#factsNow = true;
      this.#scanAtMs = nowMs + jitterMs(SCAN_EVERY_MS, 0.3, this.ports.random);
    }
    if (this.#factsNow) {
      this.#factsNow = false;
      for (let batch = 0; batch < MAX_FACT_BATCHES && (await this.ports.facts.pass()); batch += 1) await this.#hold();
    }
    await this.#gather();
    await Promise.all(Array.from({ length: WORKERS }, () => this.#work()));
    return true;
  }

  /** What there is to be planned. A question that fails is put again. */
  async #gather(): Promise<void> {
    const { monotonic, tx } = this.ports;
    const [isScan, isAll, changed] = [this.#scanNow, this.#scanAll, this.#changed];
    [this.#scanNow, this.#scanAll, this.#changed] = [false, false, nothingChanged()];
    try {
      this.#add(await findTouched(tx, { applications: [...changed.applications], clusters: [...changed.clusters] }, MAX_APPLICATIONS));
      if (isScan) this.#add([...(await findWork(tx, MAX_APPLICATIONS, isAll ? 'ALL' : 'DUE')), ...this.#failed.splice(0)]);
      if (!isScan && monotonic.nowMs() < this.#dueAtMs) return;
      const { applications, nextInMs } = await findDue(tx, MAX_APPLICATIONS);
      this.#add(applications);
      this.#dueAtMs = nextInMs === undefined ? Infinity : monotonic.nowMs() + nextInMs;
    } catch (error) {
      this.#scanEverything(); // also whom somebody told of
      throw error;
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let isPlanner = false;
      try {
        isPlanner = await this.pass();
      } catch (error) {
        if (!signal.aborted) this.ports.log.warn('planning failed for now', { error });
      }
      await this.#idle(isPlanner);
    }
  }

  /** Until somebody calls, or the next scan or moment. Whoever does not plan need not hurry. */
  async #idle(isPlanner: boolean): Promise<void> {
    if (isPlanner && (this.#dirty.size > 0 || this.#factsNow || this.#scanNow)) return this.#sleep(GATHER_MS);
    const waiting = new AbortController();
    const woken = new Promise<'woken'>((resolve) => (this.#wake = () => resolve('woken')));
    const inMs = isPlanner ? Math.max(SOONEST_LOOK_MS, Math.min(this.#scanAtMs, this.#dueAtMs) - this.ports.monotonic.nowMs()) : jitterMs(SCAN_EVERY_MS, 0.3, this.ports.random);
    const late = this.ports.timers.sleep(inMs, AbortSignal.any([waiting.signal, this.#stopping.signal])).then(() => 'late' as const, () => 'stopped' as const);
    const why = await Promise.race(isPlanner ? [woken, late] : [late]);
    waiting.abort();
    this.#wake = undefined;
    if (why === 'woken') await this.#sleep(GATHER_MS);
  }

  async #sleep(ms: number): Promise<void> {
    await this.ports.timers.sleep(ms, this.#stopping.signal).catch(() => undefined); // stopping ends the wait
  }

  async #work(): Promise<void> {
    for (;;) {
      const [id] = this.#dirty;
      if (id === undefined || this.#stopping.signal.aborted) return;
      const lease = await this.#hold();
      if (lease === undefined) return this.#dirty.clear(); // the new holder scans for itself
      if (!this.#dirty.delete(id)) continue; // somebody else took it meanwhile
      try {
        const { isMore, nextInMs } = await this.ports.plan.execute(lease, applicationId(id));
        if (isMore) this.#failed.push(id);
        if (nextInMs !== undefined) this.#dueAtMs = Math.min(this.#dueAtMs, this.ports.monotonic.nowMs() + nextInMs);
      } catch (error) {
        this.#failed.push(id);
        this.ports.log.warn('an application could not be planned for now', { applicationId: id, error });
      }
    }
  }

  /** The lease, taken or renewed where necessary. Whoever takes it over looks at everything. */
  async #hold(): Promise<HeldLease | undefined> {
    const { leases, monotonic, tx } = this.ports;
    const nowMs = monotonic.nowMs();
    if (this.#lease !== undefined && nowMs - this.#renewedAtMs < RENEW_AFTER_MS) return this.#lease;
    if (this.#lease !== undefined && (await leases.renew(this.#lease, LEASE_MS))) {
      this.#renewedAtMs = nowMs;
      return this.#lease;
    }
    const before = this.#lease?.epoch;
    this.#lease = await leases.acquire(PLANNER_LEASE, holderWith(this.ports.holder, this.ports.notifications.session), LEASE_MS);
    this.#renewedAtMs = nowMs;
    if (this.#lease !== undefined && this.#lease.epoch !== before) {
      this.#scanEverything();
      await requestOrdersOfOlderEpochs(tx);
    }
    return this.#lease;
  }

  #add(ids: readonly string[]): void {
    for (const id of ids) this.#dirty.add(id);
  }

  #onApplication(id: string): void {
    if (this.#dirty.size >= MAX_APPLICATIONS || this.#changed.applications.size >= MAX_APPLICATIONS) this.#scanEverything();
    else {
      this.#dirty.add(id);
      this.#changed.applications.add(id);
    }
    this.#wake?.();
  }

  #onCluster(id: string): void {
    if (this.#changed.clusters.size >= MAX_CLUSTERS) this.#scanEverything();
    else this.#changed.clusters.add(id);
    this.#factsNow = true;
    this.#wake?.();
  }

  #scanEverything(): void {
    this.#scanNow = true;
    this.#scanAll = true;
    this.#factsNow = true;
  }
}

function nothingChanged(): { readonly applications: Set<string>; readonly clusters: Set<string> } {
  return { applications: new Set(), clusters: new Set() };
}
