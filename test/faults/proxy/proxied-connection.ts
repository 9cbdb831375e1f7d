import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LinkFault } from '../plan/schedule.js';
import type { Route } from './route.js';

export type Direction = 'requests' | 'answers';

/** Beyond this a side that does not read makes the other wait. */
const HIGH_WATER = 1 << 20;
const SLOW_TICK_MS = 50;
/** Then the keepalive of the other side's kernel would have found out. */
const FORGOTTEN_AFTER_MS = 90_000;

/**
 * One client and its upstream. Bytes of a direction pass one after another through the fault that holds when they come. A connection that lost
 * a byte is dead: it passes nothing more and closes for nobody, as when a router on the way has forgotten it.
 */
export class ProxiedConnection {
  private upstream: Socket | undefined;
  private readonly queues: Record<Direction, Promise<void>> = { requests: Promise.resolve(), answers: Promise.resolve() };
  private isDead = false;
  private answeredBytes = 0;
  private funeral: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: Socket,
    private readonly fault: () => LinkFault | undefined,
    private readonly onEnd: () => void,
  ) {
    client.on('error', () => undefined); // its close follows
    client.once('close', () => this.destroy());
    client.pause();
  }

  /** Begins to relay to the first that takes the connection; a reset when none does. */
  open([route, ...others]: readonly Route[]): void {
    if (this.client.destroyed) return;
    if (route === undefined) return this.cut();
    const upstream = connect(route.port, route.host);
    this.upstream = upstream;
    const onFirstError = (): void => this.open(others);
    upstream.once('error', onFirstError);
    upstream.once('connect', () => {
      upstream.off('error', onFirstError);
      this.join(upstream);
    });
  }

  private join(upstream: Socket): void {
    upstream.on('error', () => undefined); // its close follows
    upstream.once('close', () => {
      if (!this.isDead) void this.queues.answers.then(() => this.client.end());
    });
    this.relay('requests', this.client, upstream);
    this.relay('answers', upstream, this.client);
    this.client.resume();
  }

  /** Both sides get a reset. */
  cut(): void {
    clearTimeout(this.funeral);
    this.client.resetAndDestroy();
    this.upstream?.resetAndDestroy();
    this.onEnd();
  }

  /** The other side of a dead connection learns nothing: it keeps what it holds for this client, as long as its own patience lasts. */
  private destroy(): void {
    if (!this.isDead) this.upstream?.destroy();
    else if (this.upstream?.destroyed === false) {
      this.funeral ??= setTimeout(() => this.cut(), FORGOTTEN_AFTER_MS).unref();
      this.upstream.once('close', () => this.cut());
      return;
    }
    this.onEnd();
  }

  private relay(direction: Direction, from: Socket, to: Socket): void {
    let waiting = 0;
    from.on('data', (data: Buffer) => {
      waiting += data.length;
      if (waiting > HIGH_WATER) from.pause();
      this.queues[direction] = this.queues[direction].then(() => this.pass(direction, data, to)).then(() => {
        waiting -= data.length;
        if (waiting <= HIGH_WATER && from.isPaused()) from.resume();
      });
    });
    from.once('end', () => {
      if (!this.isDead) void this.queues[direction].then(() => to.end());
    });
  }

  private async pass(direction: Direction, data: Buffer, to: Socket): Promise<void> {
    const fault = this.fault();
    if (fault?.how === 'blackhole' || (fault?.how === 'half-open' && fault.lost === direction)) this.isDead = true;
    if (this.isDead || to.destroyed) return;
    switch (fault?.how) {
      case 'delay':
        await sleep(fault.ms);
        break;
      case 'slow':
        return this.trickle(data, to);
      case 'cut-mid-frame':
        if (direction === 'answers') return this.cutAfter(fault.afterBytes, data, to);
        break;
      default:
    }
    to.write(data);
  }

  private async trickle(data: Buffer, to: Socket): Promise<void> {
    for (let at = 0; at < data.length && !to.destroyed; ) {
      const fault = this.fault();
      const step = fault?.how === 'slow' ? Math.max(1, Math.floor((fault.bytesPerSecond * SLOW_TICK_MS) / 1_000)) : data.length;
      to.write(data.subarray(at, at + step));
      at += step;
      if (at < data.length) await sleep(SLOW_TICK_MS);
    }
  }

  private async cutAfter(bytes: number, data: Buffer, to: Socket): Promise<void> {
    const room = bytes - this.answeredBytes;
    this.answeredBytes += data.length;
    if (data.length < room) {
      to.write(data);
      return;
    }
    await new Promise<void>((resolve) => to.write(data.subarray(0, Math.max(0, room)), () => resolve()));
    this.cut();
  }
}
