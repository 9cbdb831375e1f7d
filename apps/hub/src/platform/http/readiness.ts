import type { Timers } from '#kernel';

/** One thing that must hold before the hub takes traffic: answers why it does not, or undefined. */
export type ReadinessCheck = () => Promise<string | undefined> | string | undefined;

const CHECK_MS = 2_000;

/** What /readyz asks. Features add their own checks while the application starts. */
export class Readiness {
  readonly #checks = new Map<string, ReadinessCheck>();

  constructor(private readonly timers: Timers) {}

  add(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, check);
  }

  /** Reasons by name; empty when ready. A check that throws or takes over two seconds counts as failed. */
  async reasons(): Promise<Readonly<Record<string, string>>> {
    const results = await Promise.all([...this.#checks].map(async ([name, check]) => [name, await this.#ask(check)] as const));
    return Object.fromEntries(results.filter((result): result is readonly [string, string] => result[1] !== undefined));
  }

  async #ask(check: ReadinessCheck): Promise<string | undefined> {
    const answered = new AbortController();
    const late = this.timers.sleep(CHECK_MS, answered.signal).then(() => 'takes too long', () => undefined);
    try {
      return await Promise.race([Promise.resolve().then(check), late]);
    } catch {
      return 'fails'; // what it says may hold an address or more; the log of its owner has it
    } finally {
      answered.abort();
    }
  }
}
