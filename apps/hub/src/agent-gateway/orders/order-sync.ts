import { isUuid, jitterMs, type Log, type Random, type Timers } from '#kernel';
import { isReasonCode, targetId, type TargetId } from '#domain';
import { MAX_ORDERS_PER_FRAME, rootDigest, toWireSigned, type HeldOrder, type OrderReceipts } from '#wire';
import type { CredentialSync } from '../credentials/credential-sync.js';
import type { LiveSession } from '../session/live-session.js';
import { diffOrders } from './diff-orders.js';
import type { OrderStore, RefusedOrder, StoredOrder } from './order.store.js';

/** Receipt reasons after which only a fresh signature helps. */
const REISSUE_REASONS: ReadonlySet<string> = new Set(['STALE_GENERATION', 'ASSIGNMENT_EXPIRED']);
const MAX_HELD = 20_000;
const MAX_RECEIPTS = 10_000;
const RETRY_MS = 3_000;
const FRAME_BYTES = 1024 * 1024;

export interface OrderSyncPorts {
  readonly orders: OrderStore;
  readonly credentials: CredentialSync;
  /** Fleet epoch of this hub. */
  readonly epoch: bigint;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Brings one agent's orders in line with the rows of its cluster. Level-triggered: a wake only says "look again", and looking reads the rows; so
 * a lost notification, a full outbox or a crash loses nothing. One run at a time; wakes during a run cause one more.
 */
export class OrderSync {
  private sentSeq: bigint | undefined;
  private pending: 'NONE' | 'DELTA' | 'FULL' = 'NONE';
  private held: readonly HeldOrder[] | undefined;
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
  onDigests(held: readonly HeldOrder[]): void {
    this.held = held.slice(0, MAX_HELD);
    this.compare();
  }

  /** What the agent did with orders. */
  async onReceipts(receipts: OrderReceipts): Promise<void> {
    const reissue: TargetId[] = [];
    const refused: RefusedOrder[] = [];
    for (const receipt of receipts.receipts.slice(0, MAX_RECEIPTS)) {
      if (receipt.accepted || !isUuid(receipt.targetId)) continue;
      const target = targetId(receipt.targetId);
      this.ports.log.warn('an agent refused an order', { clusterId: this.session.cluster, targetId: target, generation: receipt.generation, reason: receipt.reason.slice(0, 64) });
      if (REISSUE_REASONS.has(receipt.reason)) reissue.push(target);
      else if (isReasonCode(receipt.reason)) refused.push({ target, epoch: receipt.epoch, generation: receipt.generation, reason: receipt.reason });
    }
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
      await this.ports.credentials.bringInLine(this.session);
      if (isFull) await this.compareAll();
      else await this.forwardNew();
    }
  }

  private async compareAll(): Promise<void> {
    const { wanted, upTo } = await this.ports.orders.view(this.session.cluster);
    const held = this.held;
    this.held = undefined;
    if (held !== undefined) {
      const { toSend, agentAhead } = diffOrders(wanted, held, this.ports.epoch);
      if (agentAhead.length > 0) this.ports.log.error('an agent holds newer orders than this hub: was an older database restored?', { clusterId: this.session.cluster, targets: agentAhead.length });
      await this.ports.orders.recordOrphans(this.session.cluster, held);
      for (let from = 0; from < toSend.length; from += MAX_ORDERS_PER_FRAME) {
        await this.forward(await this.ports.orders.forTargets(this.session.cluster, toSend.slice(from, from + MAX_ORDERS_PER_FRAME)));
      }
    } else if (this.session.agentRoot !== rootDigest(wanted)) {
      this.session.send({ $case: 'digestsWanted', value: {} });
    }
    this.sentSeq = upTo;
  }

  private async forwardNew(): Promise<void> {
    for (;;) {
      const page = await this.ports.orders.above(this.session.cluster, this.sentSeq ?? 0n, MAX_ORDERS_PER_FRAME);
      await this.forward(page);
      this.sentSeq = page.at(-1)?.generation ?? this.sentSeq;
      if (page.length < MAX_ORDERS_PER_FRAME || this.session.isOver) return;
    }
  }

  /** Sends stored bytes as they are, in frames of bounded size, at the agent's pace. */
  private async forward(orders: readonly StoredOrder[]): Promise<void> {
    await this.ports.orders.requestReissue(this.session.cluster, orders.filter((order) => order.isExpired).map((order) => order.target));
    let frame: StoredOrder[] = [];
    let bytes = 0;
    for (const order of orders.filter((candidate) => !candidate.isExpired)) {
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
