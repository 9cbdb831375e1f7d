import { jitterMs, type Log, type Random, type Timers } from '#kernel';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { HubConfig } from './config.js';
import { createPartitions, dropOldHistory, systemScope, TransactionContext } from './database/index.js';
import { Idempotency } from './idempotency/index.js';
import { HUB_CONFIG, LOG, RANDOM, TIMERS } from './tokens.js';

const EVERY_MS = 60 * 60 * 1_000;

/** Hourly chores that any replica may do: partitions of the months to come, forgotten idempotency keys, history that is older than it is kept. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(Idempotency) private readonly idempotency: Idempotency,
    @Inject(HUB_CONFIG) private readonly config: Pick<HubConfig, 'historyRetentionMs'>,
    @Inject(TIMERS) private readonly timers: Timers,
    @Inject(RANDOM) private readonly random: Random,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop = this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort(new Error('housekeeping is stopping'));
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.timers.sleep(jitterMs(EVERY_MS, 0.2, this.random), this.#stopping.signal).catch(() => undefined); // stopping ends the wait
      if (this.#stopping.signal.aborted) return;
      try {
        await createPartitions(this.dataSource);
        await this.tx.run(systemScope('housekeeping'), () => this.idempotency.sweep());
        const oldest = await dropOldHistory(this.tx, this.config.historyRetentionMs, this.#stopping.signal);
        if (oldest !== undefined) this.log.info('old history was dropped; what ran where is known from here on', { oldest: oldest.toISOString() });
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.log.warn('housekeeping failed; the next round comes in an hour', { error });
      }
    }
  }
}
