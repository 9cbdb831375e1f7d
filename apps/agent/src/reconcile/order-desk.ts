import { maxVersion, ownerAnnotation, type Order, type OrderVersion, type TargetId } from '#domain';
import { parseTraceparent, type Clock, type Failpoints, type Log } from '#kernel';
import type { HeldOrder } from '#wire';
import { inParallel } from '../apply/in-parallel.js';
import { buildRemovedReport } from '../report/build-removed-report.js';
import type { OrderInbox, ReportSink, VerifiedOrder } from '../session/session.ports.js';
import type { AgentFailpoint } from './agent-failpoints.js';
import type { OrderStore } from './agent.ports.js';
import { TargetRuntime } from './target-runtime.js';

export interface OrderDeskDeps {
  readonly orders: OrderStore;
  readonly reports: ReportSink;
  readonly clock: Clock;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

const PUTS_AT_ONCE = 8;
const AFTER_PUT: AgentFailpoint = 'agent.orders.after-put';

/** The orders in force, by target. What it holds is durable before anybody hears that it is held. */
export class OrderDesk implements OrderInbox {
  readonly #runtimes = new Map<TargetId, TargetRuntime>();
  #floor: OrderVersion = { epoch: 0n, generation: 0n };
  #onOrder: (target: TargetId) => void = () => undefined;

  constructor(private readonly deps: OrderDeskDeps) {}

  /** What was stored before this process began. `onOrder` hears of every order that comes into force, these included. */
  begin(orders: readonly VerifiedOrder[], floor: OrderVersion, onOrder: (target: TargetId) => void): void {
    this.#floor = floor;
    this.#onOrder = onOrder;
    for (const order of orders) this.#takeUp(order);
  }

  runtimeOf(target: TargetId): TargetRuntime | undefined {
    return this.#runtimes.get(target);
  }

  runtimes(): Iterable<TargetRuntime> {
    return this.#runtimes.values();
  }

  held(): readonly HeldOrder[] {
    return [...this.#runtimes.values()].map(({ order }) => heldOf(order));
  }

  heldFor(target: TargetId): HeldOrder | undefined {
    const runtime = this.#runtimes.get(target);
    return runtime && heldOf(runtime.order);
  }

  floor(): OrderVersion {
    return this.#floor;
  }

  async accept(orders: readonly VerifiedOrder[], signal: AbortSignal): Promise<void> {
    const removals: VerifiedOrder[] = [];
    try {
      await inParallel(orders, PUTS_AT_ONCE, async (order) => {
        const put = await this.deps.orders.put(order, signal);
        if (!put.ok) throw new Error(`an order could not be stored: ${put.error.code}: ${put.error.message}`);
        await this.deps.failpoints.hit(AFTER_PUT);
        if (order.order.kind === 'TOMBSTONE') removals.push(order);
        else this.#take(order);
      });
    } finally {
      // Removals that came together come into force together: what one of them needs must not go before it.
      for (const order of removals) this.#take(order);
    }
  }

  confirmRemoved(order: VerifiedOrder): void {
    this.deps.reports.offer(buildRemovedReport(order.order, this.deps.clock.now()));
  }

  /** A removal is complete. The target is forgotten unless a newer order has come for it meanwhile. */
  removed(runtime: TargetRuntime, order: VerifiedOrder): boolean {
    this.#floor = maxVersion(this.#floor, order.order);
    this.deps.reports.offer(buildRemovedReport(order.order, this.deps.clock.now(), runtime.letGo));
    if (runtime.order !== order) return false;
    this.#runtimes.delete(runtime.target);
    return true;
  }

  /** Each by itself: where one of many cannot be stored, or the session breaks meanwhile, those before it are in force. */
  #take(order: VerifiedOrder): void {
    this.deps.log.info('an order was taken', logged(order.order));
    this.#takeUp(order, this.deps.clock.now());
  }

  #takeUp(order: VerifiedOrder, takenAt?: Date): void {
    const { target } = order.order;
    const known = this.#runtimes.get(target);
    const runtime = known ?? new TargetRuntime(target, order);
    if (known === undefined) this.#runtimes.set(target, runtime);
    else runtime.take(order);
    runtime.takenAt = takenAt;
    this.#onOrder(target);
  }
}

export function ownerOf(order: Order): string {
  return ownerAnnotation(order.hub, order.project.name, order.application.name);
}

/** What a person with this log alone needs, to tell what the hub wanted here and when. */
function logged(order: Order): Readonly<Record<string, unknown>> {
  const { kind, target, project, application, epoch, generation } = order;
  const what = order.kind === 'ASSIGNMENT' ? { release: order.release.id, commit: order.release.commit } : { mode: order.mode };
  return { kind, target, application: `${project.name}/${application.name}`, epoch, generation, ...what, traceId: parseTraceparent(order.traceparent)?.traceId };
}

function heldOf({ order, orderDigest }: VerifiedOrder): HeldOrder {
  return { target: order.target, epoch: order.epoch, generation: order.generation, orderDigest };
}
