import { foreignLine, isUuid, jitterMs, type Log, type Random, type Timers } from '#kernel';
import { isReasonCode, targetId, type TargetId } from '#domain';
import { MAX_ORDERS_PER_FRAME, rootDigest, toWireSigned, type Holdings, type OrderReceipts } from '#wire';
import type { CredentialSync } from '../credentials/credential-sync.js';
import type { LiveSession } from '../session/live-session.js';
import { diffOrders } from './diff-orders.js';
import { withholdOrders } from './withhold-orders.js';
import type { OrderStore, OrderView, RefusedOrder, StoredOrder } from './order.store.js';

const MAX_HELD = 20_000;
const MAX_RECEIPTS = 10_000;
const RETRY_MS = 3_000;
const FRAME_BYTES = 1024 * 1024;

export interface OrderSyncPorts {
  readonly orders: OrderStore;
  readonly credentials: CredentialSync;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Brings one agent's orders in line with the rows of its cluster. Level-triggered: a wake only says "look again", and looking reads the rows; so
 * a lost notification, a full outbox or a crash loses nothing. One run at a time; wakes during a run cause one more. An agent that knows newer orders than
 * this hub gave makes it stop: the rows are those of an older database, and what they want would roll back or remove what runs.
 */
export class OrderSync {
  private sentSeq: bigint | undefined;
  private pending: 'NONE' | 'DELTA' | 'FULL' = 'NONE';
  private holdings: Holdings | undefined;
  /** The agent was asked what it holds and has not answered yet: nothing goes out until it has. */
  private isAsking = false;
  /** Orders that the agent refused as older than what it knows, until its digests tell which of the two sides is behind. */
  private readonly refusedAsStale = new Set<TargetId>();
  private run: Promise<void> | undefined;

  constructor(
    private readonly session: LiveSession,
    private readonly ports: OrderSyncPorts,
  ) {}

  /** Orders of the cluster changed: forward what is above the highest generation sent. */
  wake(): void {
    if (this.pending === 'NONE') this.pending = 'DELTA';
    this.start();
  }

  /** Compare everything: after Hello, when the agent's root digest moved, when notifications may have been lost, and every ten minutes. */
  compare(): void {
    this.pending = 'FULL';
    this.start();
  }

  /** The agent's answer to DigestsWanted. */
  onDigests({ held, floor }: Holdings): void {
    this.holdings = { held: held.slice(0, MAX_HELD), floor };
    this.isAsking = false;
    this.compare();
  }

  /** What the agent did with orders. */
  async onReceipts(receipts: OrderReceipts): Promise<void> {
    const reissue: TargetId[] = [];
    const refused: RefusedOrder[] = [];
    for (const receipt of receipts.receipts.slice(0, MAX_RECEIPTS)) {
      if (receipt.accepted || !isUuid(receipt.targetId)) continue;
      const target = targetId(receipt.targetId);
      this.ports.log.warn('an agent refused an order', { clusterId: this.session.cluster, targetId: target, generation: receipt.generation, reason: foreignLine(receipt.reason, 64) });
      if (receipt.reason === 'ASSIGNMENT_EXPIRED') reissue.push(target);
      else if (receipt.reason === 'STALE_GENERATION' && this.refusedAsStale.size < MAX_RECEIPTS) this.refusedAsStale.add(target);
      else if (isReasonCode(receipt.reason)) refused.push({ target, epoch: receipt.epoch, generation: receipt.generation, reason: receipt.reason, message: `the agent of cluster ${this.session.admitted.name} refused the order` });
    }
    if (this.refusedAsStale.size > 0) this.compare();
    await this.ports.orders.requestReissue(this.session.cluster, reissue);
    await this.ports.orders.recordRefusals(this.session.cluster, refused);
  }

  private start(): void {
    if (this.run !== undefined || this.session.isOver) return;
    this.run = this.work()
      .catch((error: unknown) => {
        // The rows could not be read: the orders stay owed, and nothing is concluded from it.
        this.ports.log.warn('orders could not be brought in line', { clusterId: this.session.cluster, error });
        this.sentSeq = undefined;
        this.ports.timers.after(jitterMs(RETRY_MS, 0.5, this.ports.random), () => this.compare());
      })
      .finally(() => {
        this.run = undefined;
      });
  }

  private async work(): Promise<void> {
    while (this.pending !== 'NONE' && !this.session.isOver) {
      const isFull = this.pending === 'FULL' || this.sentSeq === undefined;
      this.pending = 'NONE';
      if (isFull) await this.compareAll();
      else if (!this.isAsking) await this.forwardNew();
    }
  }

  private async compareAll(): Promise<void> {
    const { orders, credentials } = this.ports;
    const view = await orders.view(this.session.cluster);
    const { holdings } = this;
    this.holdings = undefined;
    this.sentSeq = view.upTo;
    if (view.isHeldBack) return;
    if (holdings === undefined && (this.refusedAsStale.size > 0 || this.session.agentRoot !== rootDigest(view.wanted))) return this.ask();
    const toSend = holdings === undefined ? [] : await this.judge(view, holdings);
    if (toSend === undefined) return;
    await credentials.bringInLine(this.session);
    for (let from = 0; from < toSend.length; from += MAX_ORDERS_PER_FRAME) {
      await this.forward(await orders.forTargets(this.session.cluster, toSend.slice(from, from + MAX_ORDERS_PER_FRAME)));
    }
  }

  private ask(): void {
    if (!this.isAsking) this.session.send({ $case: 'digestsWanted', value: {} });
    this.isAsking = true;
  }

  /** Which orders the agent needs; undefined: it is ahead of this hub, and gets none. */
  private async judge(view: OrderView, holdings: Holdings): Promise<readonly TargetId[] | undefined> {
    const { cluster } = this.session;
    const { toSend, isAgentAhead } = diffOrders(view, holdings);
    await this.ports.orders.recordOrphans(cluster, holdings.held);
    if (isAgentAhead) {
      this.ports.log.error('an agent knows newer orders than this hub: if an older database was restored, raise the fleet epoch', { clusterId: cluster, epoch: view.epoch, generation: view.upTo });
      await this.ports.orders.holdBack(cluster, view.epoch);
      return undefined;
    }
    await this.ports.orders.requestReissue(cluster, [...this.refusedAsStale]);
    this.refusedAsStale.clear();
    return toSend;
  }

  private async forwardNew(): Promise<void> {
    await this.ports.credentials.bringInLine(this.session);
    for (;;) {
      const page = await this.ports.orders.above(this.session.cluster, this.sentSeq ?? 0n, MAX_ORDERS_PER_FRAME);
      await this.forward(page);
      this.sentSeq = page.at(-1)?.generation ?? this.sentSeq;
      if (page.length < MAX_ORDERS_PER_FRAME || this.session.isOver) return;
    }
  }

  /** Sends stored bytes as they are, in frames of bounded size, at the agent's pace; not what this agent could not follow. */
  private async forward(orders: readonly StoredOrder[]): Promise<void> {
    const { toSend, withheld } = withholdOrders(orders.filter((order) => !order.isExpired), this.session);
    for (const { target, message } of withheld) this.ports.log.warn('an order was withheld', { clusterId: this.session.cluster, targetId: target, message });
    await this.ports.orders.recordRefusals(this.session.cluster, withheld);
    await this.ports.orders.requestReissue(this.session.cluster, orders.filter((order) => order.isExpired).map((order) => order.target));
    let frame: StoredOrder[] = [];
    let bytes = 0;
    for (const order of toSend) {
      if (frame.length > 0 && bytes + order.signed.payload.length > FRAME_BYTES) {
        await this.sendFrame(frame);
        frame = [];
        bytes = 0;
      }
      frame.push(order);
      bytes += order.signed.payload.length;
    }
    if (frame.length > 0) await this.sendFrame(frame);
  }

  private async sendFrame(orders: readonly StoredOrder[]): Promise<void> {
    await this.session.outbox.room();
    this.session.send({ $case: 'orders', value: { orders: orders.map((order) => toWireSigned(order.signed)) } });
  }
}
