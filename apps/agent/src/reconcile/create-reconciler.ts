import { backoffMs, errorMessage, errorName, type Result } from '#kernel';
import { STALLED_RETRY_MS, type TargetId } from '#domain';
import { ObjectReader } from '../apply/object-reader.js';
import { answerRequests } from '../describe/answer-requests.js';
import { AutoscalerList } from '../drift/autoscaler-list.js';
import { WatchSet } from '../drift/watch-set.js';
import { GateJobs } from '../gate-jobs/gate-jobs.js';
import { refsOf } from '../hooks/refs-of.js';
import { TestRuns } from '../tests/test-runs.js';
import { buildReport } from '../report/build-report.js';
import { logState } from '../report/log-state.js';
import { Reporter } from '../report/reporter.js';
import { HealthJudge } from '../health/health-judge.js';
import type { OrderInbox, TargetRequests } from '../session/session.ports.js';
import type { AgentPorts, LoadedInventory, LoadedOrders, StateFailure } from './agent.ports.js';
import { Dependencies } from './dependencies.js';
import { ObjectIndex } from './object-index.js';
import { OrderDesk, ownerOf } from './order-desk.js';
import { RenderLane } from './render-lane.js';
import type { StepContext } from './step.js';
import type { TargetDirectory } from './target-directory.js';
import { TargetQueue } from './target-queue.js';
import type { TargetRuntime } from './target-runtime.js';
import { workOnTarget } from './work-on-target.js';

/** The agent's core, as the session and the composition see it. */
export interface Reconciler {
  readonly inbox: OrderInbox;
  readonly requests: TargetRequests;
  /**
   * Reads what is stored in the cluster, however long that takes, and goes on with it: neither hub nor Git is needed. Resolves once the
   * inbox knows what is held, which must be before a session begins; rejects only when `signal` aborts before.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Reports every target once more, changed or not: for each session that begins. */
  reportAll(): void;
  /** Resolves when nothing runs any more, after the signal given to `start` has aborted. */
  stopped(): Promise<void>;
}

const LOAD_BACKOFF = { baseMs: 500, maxMs: 30_000 };
/** A target with more objects is no light one. */
const LIGHT_OBJECTS = 50;
const ERROR_BACKOFF = { baseMs: 5_000, maxMs: STALLED_RETRY_MS };

/** Wires the core. Starts nothing. */
export function createReconciler(ports: AgentPorts): Reconciler {
  const reader = new ObjectReader(ports.cluster);
  const judge = new HealthJudge(ports);
  const autoscalers = new AutoscalerList(reader, ports.monotonic);
  const index = new ObjectIndex();
  const desk = new OrderDesk(ports);
  const dependencies = new Dependencies(() => desk.runtimes());
  const reporter = new Reporter(ports.reports, ports.monotonic, ports.settings.reportAgainMs, logState(ports.log, (target) => directory.nameOf(target)));
  const queue = new TargetQueue({ monotonic: ports.monotonic, timers: ports.timers, limit: ports.settings.maxTargets, isBulk, isLight });
  const unreadable = new Set<TargetId>();
  const renders = new RenderLane(ports, (target) => directory.wake([target]));
  const tests = new TestRuns(ports, reader, index, (target) => desk.runtimeOf(target));
  const gateJobs = new GateJobs(ports, reader, index, (target) => desk.runtimeOf(target));
  let running: Promise<unknown> = Promise.resolve();

  function isBulk(target: TargetId): boolean {
    const runtime = desk.runtimeOf(target);
    return runtime !== undefined && (runtime.wantsPass || runtime.order.order.kind === 'TOMBSTONE' || ports.monotonic.nowMs() >= runtime.passDueAtMs);
  }

  /** Unless everything of it has to be read first, nothing tells how much it is. */
  function isLight(target: TargetId): boolean {
    const inventory = desk.runtimeOf(target)?.inventory;
    return inventory !== undefined && Math.max(inventory.entries.length, renders.sizeOf(target)) <= LIGHT_OBJECTS;
  }

  const directory: TargetDirectory = {
    hasOwner: (owner) => [...desk.runtimes()].some(({ target, order }) => ownerOf(order.order) === owner && !unreadable.has(target)),
    nameOf(target) {
      const order = desk.runtimeOf(target)?.order.order;
      return order === undefined ? target : `${order.project.name}/${order.application.name}`;
    },
    isAnyUnsettledBut: (target) => [...desk.runtimes()].some((other) => other.target !== target && other.order.order.kind === 'ASSIGNMENT' && other.claimedOrder !== other.order && other.settledOrder !== other.order),
    mayLetGo(target, ref) {
      const runtime = desk.runtimeOf(target);
      return runtime !== undefined && (runtime.order.order.kind === 'TOMBSTONE' || runtime.settledOrder !== runtime.order || runtime.isSparing(ref));
    },
    wake(targets) {
      for (const target of targets) {
        const runtime = desk.runtimeOf(target);
        if (runtime !== undefined) runtime.wantsPass = true;
        queue.add(target);
      }
    },
  };

  async function start(signal: AbortSignal): Promise<void> {
    const inventory = await loaded(() => ports.inventory.loadAll(signal), signal);
    const orders = await loaded(() => ports.orders.loadAll(signal), signal);
    noteLoaded(inventory, orders);
    const watches = new WatchSet({ cluster: ports.cluster, reader, timers: ports.timers, random: ports.random, log: ports.log, onNews }, signal);
    desk.begin(orders.orders, inventory.floor, (target) => queue.add(target));
    running = queue.run((target) => work(target, watches, signal), signal).then(() => Promise.all([watches.ended(), renders.ended(), tests.ended()]));
    tests.begin(signal);
  }

  function noteLoaded(inventory: LoadedInventory, orders: LoadedOrders): void {
    for (const one of inventory.targets) index.settle(one.head.target, refsOf(one));
    for (const { target, message } of inventory.unreadable) {
      unreadable.add(target);
      ports.log.error('the inventory of a target does not read; it is neither applied nor pruned', { target, message });
    }
    for (const { name, message } of orders.unreadable) ports.log.error('a stored order does not read; the hub sends it again', { name, message });
  }

  function onNews(ref: Parameters<ObjectIndex['ownerOf']>[0], resourceVersion: string | undefined): void {
    const target = index.ownerOf(ref);
    const runtime = target === undefined ? undefined : desk.runtimeOf(target);
    if (runtime?.touch(ref, resourceVersion)) queue.add(runtime.target, ports.settings.debounceMs);
  }

  async function work(target: TargetId, watches: WatchSet, signal: AbortSignal): Promise<void> {
    const runtime = desk.runtimeOf(target);
    if (runtime === undefined || signal.aborted) return;
    const inForce = runtime.order;
    const context: StepContext = { ports, reader, judge, autoscalers, renders, index, directory, dependencies, runtime, inForce, owner: ownerOf(inForce.order), signal };
    try {
      const worked = await workOnTarget(context, reporter);
      if (runtime.inventory !== undefined && !runtime.isInDoubt) unreadable.delete(target);
      const isGone = worked.isRemoved && desk.removed(runtime, inForce);
      directory.wake(dependencies.changedBy(inForce.order));
      if (isGone) {
        queue.forget(target);
        dependencies.forget(target);
        renders.forget(target);
        reporter.forget(target);
        watches.need(target, []);
        return;
      }
      if (worked.isRemoved) startOver(runtime);
      if (runtime.inventory !== undefined) watches.need(target, [...runtime.inventory.entries, ...runtime.awaited.values()]);
      queue.add(target, worked.againInMs);
    } catch (error) {
      if (signal.aborted) return;
      unexpected(context, error);
    }
  }

  /** A defect of ours: shown with an id that finds it in the log, tried again with patience, and nobody else's trouble. */
  function unexpected({ runtime, inForce }: StepContext, error: unknown): void {
    const id = Buffer.from(ports.random.bytes(6)).toString('hex');
    ports.log.error('a pass ended by an unexpected error', { id, target: runtime.target, name: errorName(error), message: errorMessage(error), error });
    runtime.isInDoubt = true;
    runtime.failures += 1;
    runtime.compareAllAtMs = 0;
    runtime.settledOrder = inForce;
    runtime.status = { sync: runtime.isPartial ? 'FAILED' : 'KEPT_LAST_GOOD', reason: 'INTERNAL_ERROR', message: `see the agent's log for ${id}` };
    reporter.offer(buildReport(runtime, inForce, ports.clock.now()));
    queue.add(runtime.target, backoffMs(ERROR_BACKOFF, runtime.failures, ports.random));
  }

  async function loaded<T>(load: () => Promise<Result<T, StateFailure>>, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const result = await load();
      if (result.ok) return result.value;
      ports.log.warn('the state of this agent could not be read; it is tried again', { code: result.error.code, message: result.error.message });
      await ports.timers.sleep(backoffMs(LOAD_BACKOFF, attempt, ports.random), signal);
    }
  }

  const requests = answerRequests({ reader, judge, own: ports.cluster.own, clock: ports.clock, runtimeOf: (target) => desk.runtimeOf(target), tests, gateJobs });
  return { inbox: desk, requests, start, reportAll: () => reporter.repeatAll(), stopped: async () => void (await running) };
}

/** A rematch came while the last of the removal was done: the target begins with nothing. */
function startOver(runtime: TargetRuntime): void {
  runtime.inventory = undefined;
  runtime.sent.clear();
  runtime.lastApplies.clear();
  runtime.notices.clear();
  runtime.observed.clear();
  runtime.touched.clear();
  runtime.announced.clear();
  runtime.isPartial = false;
  runtime.wantsPass = true;
  runtime.healthyKey = undefined;
}
