/** Something that can be killed, stopped and started: a program, or a server with children of its own. */
export interface Suffering {
  readonly isRunning: boolean;
  start(): Promise<void> | void;
  kill(): Promise<void>;
  pause(): Promise<void> | void;
  resume(): Promise<void> | void;
}

const LOOK_MS = 250;

/**
 * Keeps something running, as a kubelet does: what ended by itself is started again. What a fault holds down stays down for as long as the
 * fault lasts.
 */
export class Supervised {
  private isHeldDown = false;
  private watch: NodeJS.Timeout | undefined;
  private starting: Promise<void> | undefined;
  /** How often it ended without our help. */
  endings = 0;

  constructor(
    readonly name: string,
    private readonly body: Suffering,
  ) {}

  /** From now on it is started whenever it does not run. */
  supervise(): void {
    this.watch = setInterval(() => void this.look(), LOOK_MS);
  }

  async kill(): Promise<void> {
    this.isHeldDown = true;
    await this.starting;
    await this.body.kill();
  }

  async revive(): Promise<void> {
    this.isHeldDown = false;
    await this.startOnce();
  }

  async pause(): Promise<void> {
    await this.starting;
    await this.body.pause();
  }

  async resume(): Promise<void> {
    await this.body.resume();
  }

  async stop(): Promise<void> {
    clearInterval(this.watch);
    await this.kill();
  }

  private async look(): Promise<void> {
    if (this.isHeldDown || this.body.isRunning || this.starting !== undefined) return;
    this.endings += 1;
    await this.startOnce();
  }

  private async startOnce(): Promise<void> {
    if (this.body.isRunning) return;
    this.starting ??= Promise.resolve(this.body.start()).catch(() => undefined).finally(() => {
      this.starting = undefined; // if it did not come up, the next look sees it
    });
    await this.starting;
  }
}
