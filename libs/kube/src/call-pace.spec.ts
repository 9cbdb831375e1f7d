import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ManualTimers, seededRandom } from '#testing';
import { CallPace, type CallPlace } from './call-pace.js';

/** A server that bears so many calls at once, each for so long, and sends the rest away for a second. */
class Server {
  readonly timers = new ManualTimers();
  readonly told: boolean[] = [];
  readonly pace = new CallPace({ monotonic: this.timers.clock, timers: this.timers, random: seededRandom(1), onBusy: (isBusy) => this.told.push(isBusy) });
  seats: number;
  open = 0;
  most = 0;
  refused = 0;
  done = 0;
  givenUp = 0;

  constructor(
    seats: number,
    readonly callMs: number,
  ) {
    this.seats = seats;
  }

  /** So many at the same moment. */
  async come(count: number, callMs = this.callMs): Promise<void> {
    for (let call = 0; call < count; call += 1) void this.#call(callMs);
    await this.timers.advance(0);
  }

  async #call(callMs: number): Promise<void> {
    for (let isAgain = false; ; isAgain = true) {
      const place = await this.pace.enter(isAgain, undefined);
      if (place === undefined) {
        this.givenUp += 1;
        return;
      }
      if (this.open < this.seats) return this.#take(place, callMs);
      this.refused += 1;
      place.leave({ retryAfterMs: 1_000 });
    }
  }

  async #take(place: CallPlace, callMs: number): Promise<void> {
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    await this.timers.sleep(callMs);
    this.open -= 1;
    this.done += 1;
    place.leave();
  }
}

describe('the pace of calls', () => {
  it('lets everybody go at once while nobody is sent away', async () => {
    const server = new Server(1_000, 10);
    await server.come(500);
    await server.timers.advance(10);
    expect(server).toMatchObject({ done: 500, most: 500, refused: 0, told: [] });
  });

  it('pauses all when one is sent away, and comes to what the server bears', async () => {
    const server = new Server(3, 10);
    await server.come(400);
    await server.timers.advance(900);
    const first = server.refused;
    expect(server.done).toBe(3);
    await server.timers.advance(30_000);
    expect(server).toMatchObject({ done: 400, told: [true] });
    // From then on a few at a time are sent away, not hundreds each second.
    expect(server.refused - first).toBeLessThan(420);
  });

  it('goes as before once nothing was sent away for a minute', async () => {
    const server = new Server(1, 10);
    await server.come(10);
    await server.timers.advance(30_000);
    expect(server.done).toBe(10);
    server.seats = 1_000;
    await server.timers.advance(60_000);
    await server.come(100);
    await server.timers.advance(10);
    expect(server).toMatchObject({ done: 110, most: 100, told: [true, false] });
  });

  it('is held up for a second at most by calls that wait for something else', async () => {
    const server = new Server(2, 10);
    await server.come(4);
    await server.timers.advance(5_000);
    await server.come(2, 30_000);
    server.seats = 100;
    await server.come(5);
    await server.timers.advance(6_000);
    expect(server.done).toBe(9);
  });

  it('lets those go who wait for nothing, when told so or when they are stopped', async () => {
    const server = new Server(0, 10);
    await server.come(4);
    const stop = new AbortController();
    await server.timers.advance(100);
    const stopped = server.pace.enter(false, stop.signal);
    stop.abort();
    expect(await stopped).toBeUndefined();
    expect(await server.pace.enter(false, AbortSignal.abort())).toBeUndefined();
    server.pace.giveUp();
    await server.timers.advance(0);
    expect(server).toMatchObject({ givenUp: 4 });
    expect(server.pace.waiting).toBe(0);
  });

  it('leaves no call behind, whatever the server bears and whoever comes when', async () => {
    const arrival = fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), callMs: fc.integer({ min: 1, max: 3_000 }) });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(arrival, { minLength: 1, maxLength: 25 }), async (seats, arrivals) => {
      const server = new Server(seats, 10);
      for (const { afterMs, callMs } of arrivals) {
        await server.timers.advance(afterMs);
        await server.come(1, callMs);
      }
      await server.timers.advance(300_000);
      expect(server).toMatchObject({ done: arrivals.length, open: 0 });
      expect(server.pace.waiting).toBe(0);
    }), { numRuns: 60 });
  });
});
