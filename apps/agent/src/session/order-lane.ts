import { backoffMs, type Log, type Random, type Timers } from '#kernel';
import { repositoryId } from '#domain';
import {
  decodeRepositoryCredentials, decodeSigningKey, encodeTargetDigests, fromWireSigned, SIGNING_KEY_TYPE, verifySigned,
  type AgentBody, type HubBody, type OrderReceipts, type Signed, type WireRepositoryCredentials,
} from '#wire';
import type { AgentIdentity, CredentialInbox, OrderInbox, VerifiedOrder } from './session.ports.js';
import { verifyOrder, type OrderVerifier, type RefusedHeader } from './verify-order.js';

export interface OrderLanePorts {
  readonly inbox: OrderInbox;
  readonly credentials: CredentialInbox;
  /** What orders are verified with, as the identity stands now. */
  verifier(): OrderVerifier;
  /** Adds a signing key to the durable identity. */
  learnKey(key: AgentIdentity['signingKeys'][number], signal: AbortSignal): Promise<void>;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

type Receipt = OrderReceipts['receipts'][number];
/** Frames of the hub that change what this agent holds. */
export type LaneBody = Extract<HubBody, { $case: 'orders' | 'credentials' | 'newSigningKey' | 'digestsWanted' }>;

const RETRY = { baseMs: 1_000, maxMs: 30_000 };
const MAX_SIGNING_KEYS = 16;

/**
 * Takes in, one after the other, what changes the durable state of this agent, so that credentials are there before the orders that need them and
 * digests tell of every order before them. A write that fails is tried again for as long as the session lasts; no receipt goes out before.
 */
export class OrderLane {
  private chain: Promise<void> = Promise.resolve();
  private queued = 0;

  constructor(
    private readonly ports: OrderLanePorts,
    private readonly send: (body: AgentBody) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Frames that wait. The reader of the stream pauses when there are many. */
  get depth(): number {
    return this.queued;
  }

  /** Queues a frame; the promise resolves when all before it and it are done, and never rejects. */
  take(body: LaneBody): Promise<void> {
    this.queued += 1;
    this.chain = this.chain.then(async () => {
      try {
        await this.untilDone(body);
      } finally {
        this.queued -= 1;
      }
    });
    return this.chain;
  }

  private async untilDone(body: LaneBody): Promise<void> {
    for (let attempt = 1; !this.signal.aborted; attempt += 1) {
      try {
        await this.work(body);
        return;
      } catch (error) {
        if (this.signal.aborted) return; // the next session brings it again
        this.ports.log.warn('what the hub sent could not be made durable, it is tried again', { frame: body.$case, attempt, error });
        await this.ports.timers.sleep(backoffMs(RETRY, attempt, this.ports.random), this.signal).catch(() => undefined); // the loop looks at the signal
      }
    }
  }

  private async work(body: LaneBody): Promise<void> {
    switch (body.$case) {
      case 'orders':
        return this.onOrders(body.value.orders.map(fromWireSigned));
      case 'credentials':
        return this.onCredentials(body.value);
      case 'newSigningKey':
        return body.value.key === undefined ? undefined : this.onSigningKey(fromWireSigned(body.value.key));
      case 'digestsWanted':
        return this.send({ $case: 'targetDigests', value: encodeTargetDigests({ held: this.ports.inbox.held(), floor: this.ports.inbox.floor() }) });
    }
  }

  private async onOrders(orders: readonly Signed[]): Promise<void> {
    const receipts: Receipt[] = [];
    const accepted: VerifiedOrder[] = [];
    const verifier = this.ports.verifier();
    for (const signed of orders) {
      const verification = verifyOrder(signed, verifier);
      if (!verification.ok) {
        const { reason, message, order } = verification.error;
        this.ports.log.error('an order was refused', { reason, message, keyId: signed.keyId.slice(0, 64), targetId: order?.target });
        if (order === undefined) this.send({ $case: 'refused', value: { code: 'UNSUPPORTED', detail: reason } });
        else receipts.push(receiptOf(order, reason));
        continue;
      }
      const { kind, order } = verification.value;
      if (kind === 'ACCEPT') accepted.push(order);
      else if (kind === 'REMOVED_ALREADY') this.ports.inbox.confirmRemoved(order);
      receipts.push(receiptOf(order.order, undefined));
    }
    if (accepted.length > 0) await this.ports.inbox.accept(accepted, this.signal); // durable before the receipt
    if (receipts.length > 0) this.send({ $case: 'orderReceipts', value: { receipts } });
  }

  private async onCredentials(wire: WireRepositoryCredentials): Promise<void> {
    const frame = decodeRepositoryCredentials(wire);
    if (!frame.ok) {
      this.send({ $case: 'refused', value: { code: 'UNSUPPORTED', detail: 'credentials.digest' } });
      return;
    }
    const repository = repositoryId(frame.value.repositoryId);
    if (frame.value.dropped) return this.ports.credentials.drop(repository, this.signal);
    const { origin, credentials, digest } = frame.value;
    await this.ports.credentials.put({ repository, origin, credentials, digest }, this.signal);
  }

  /** A new key counts only in the hand of one we hold. */
  private async onSigningKey(signed: Signed): Promise<void> {
    const { identity } = this.ports.verifier();
    const payload = verifySigned(signed, SIGNING_KEY_TYPE, identity.signingKeys);
    const key = payload.ok ? decodeSigningKey(payload.value) : undefined;
    const isTaken = key?.ok === true && key.value.hub === identity.hub && identity.signingKeys.length < MAX_SIGNING_KEYS;
    if (key?.ok !== true || !isTaken) {
      this.ports.log.error('a signing key was refused', { keyId: signed.keyId.slice(0, 64) });
      this.send({ $case: 'refused', value: { code: 'UNSUPPORTED', detail: 'new_signing_key' } });
      return;
    }
    if (!identity.signingKeys.some((held) => held.keyId === key.value.keyId)) await this.ports.learnKey(key.value, this.signal);
  }
}

function receiptOf({ target, epoch, generation }: RefusedHeader, reason: string | undefined): Receipt {
  return { targetId: target, epoch, generation, accepted: reason === undefined, reason: reason ?? '' };
}
