import type { SourceTree } from '#domain';
import { errorMessage, type Log, type Result } from '#kernel';
import type { Rendered, Renderer, RenderFailure, RenderRequest } from '../renderer.js';
import { OneRender, type OneRenderDeps } from './one-render.js';
import type { RenderSeat } from './render-seat.js';

/** So long a process that was started ahead waits for its order. */
const SPARE_MS = 10_000;

interface Spare {
  readonly seat: Promise<RenderSeat>;
  readonly expiry: { cancel(): void };
}

/**
 * Renders in processes that live for one render each, so that what strangers wrote is parsed by nobody who holds anything: a bomb stops its own
 * process, and the memory that it took goes with it. Renders at the same time share nothing; how many there are is the caller's affair.
 */
export class ProcessRenderer implements Renderer {
  private spare: Spare | undefined;

  constructor(
    private readonly openSeat: () => Promise<RenderSeat>,
    private readonly deps: OneRenderDeps & { readonly log: Log },
  ) {}

  /** A render is about to come: its process starts while the caller still fetches. At most one waits, and not for long. Never throws. */
  prepare(): void {
    if (this.spare !== undefined) return;
    const seat = this.openSeat();
    const spare: Spare = { seat, expiry: this.deps.timers.after(SPARE_MS, () => void this.dropSpare(spare)) };
    this.spare = spare;
    seat.catch(() => void this.dropSpare(spare)); // the render that finds none opens its own, and fails with the cause
  }

  async render(tree: SourceTree, request: RenderRequest, signal: AbortSignal): Promise<Result<Rendered, RenderFailure>> {
    signal.throwIfAborted();
    const seat = (await this.takeSpare()) ?? (await this.openSeat());
    try {
      signal.throwIfAborted();
      return await new OneRender(seat, tree, request, this.deps).run(signal);
    } finally {
      await seat.close();
    }
  }

  /** Ends the process that waits. Renders under way end with their signals. */
  async close(): Promise<void> {
    if (this.spare !== undefined) await this.dropSpare(this.spare);
  }

  private async takeSpare(): Promise<RenderSeat | undefined> {
    const { spare } = this;
    if (spare === undefined) return undefined;
    this.spare = undefined;
    spare.expiry.cancel();
    const seat = await spare.seat.catch(() => undefined); // as above
    if (seat?.talk.isOver !== true) return seat;
    await seat.close();
    return undefined;
  }

  private async dropSpare(spare: Spare): Promise<void> {
    spare.expiry.cancel();
    if (this.spare === spare) this.spare = undefined;
    try {
      await (await spare.seat).close();
    } catch (error) {
      this.deps.log.warn('a process that waited to render could not be started or put away', { cause: errorMessage(error) });
    }
  }
}
