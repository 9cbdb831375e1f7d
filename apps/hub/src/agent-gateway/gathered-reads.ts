interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads for many in one statement what each asks for itself. Nobody waits for company: the first goes at once, and whoever comes while a read is under
 * way goes together with the next one. One that fails fails for all that were in it.
 */
export class GatheredReads<Ask, Answer> {
  #waiting: Waiting<Ask, Answer>[] = [];
  #isReading = false;

  /**
   * @param many the answers to these questions, in their order
   * @param atOnce bounds what one read holds in memory; the others wait for the next
   */
  constructor(
    private readonly many: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
    private readonly atOnce: number,
  ) {}

  read(ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ask, resolve, reject });
      if (!this.#isReading) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isReading = true;
    await Promise.resolve(); // whoever was woken by the same event comes along
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.atOnce);
      this.#waiting = this.#waiting.slice(this.atOnce);
      await this.#readFor(batch);
    }
    this.#isReading = false;
  }

  async #readFor(batch: readonly Waiting<Ask, Answer>[]): Promise<void> {
    try {
      const answers = await this.many(batch.map(({ ask }) => ask));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index];
        if (answer === undefined) reject(new Error(`${answers.length} answers to ${batch.length} questions`));
        else resolve(answer);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
