/** Somebody wants to stop: the first signal ends the story in order, a later one at once. */
export class Interruption {
  readonly #controller = new AbortController();
  /** Resolves with the first signal. */
  readonly came: Promise<void>;

  /**
   * @param onSecond what to do when somebody does not want to wait for the clearing. One press of Ctrl-C may come as several signals
   * (the terminal's, npm's): those within a moment are one.
   */
  constructor(onSecond: () => void) {
    let firstAt: number | undefined;
    this.came = new Promise((resolve) => {
      const hear = (): void => {
        const now = performance.now();
        if (firstAt === undefined) {
          firstAt = now;
          this.#controller.abort(new Error('interrupted'));
          resolve();
        } else if (now - firstAt > ONE_PRESS_MS) onSecond();
      };
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }
}

const ONE_PRESS_MS = 1_000;
