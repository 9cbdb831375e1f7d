import { jitterMs, type Log, type Random, type Timers } from '#kernel';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { HubConfig } from '../../platform/config.js';
import { systemScope, TransactionContext } from '../../platform/database/index.js';
import { HUB_CONFIG, LOG, RANDOM, TIMERS } from '../../platform/tokens.js';
import { CLUSTER_REPOSITORY, type ClusterRepository } from './cluster.repository.js';
import { FinishRemoval } from './finish-removal.js';

const EVERY_MS = 2_000;
const BATCH = 50;
const SCOPE = systemScope('cluster-removal');

/** Looks every two seconds whether a removal has come to its end. Level-triggered, and safe on any number of replicas: the row's lock decides. */
@Injectable()
export class RemovalController implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(CLUSTER_REPOSITORY) private readonly clusters: ClusterRepository,
    @Inject(FinishRemoval) private readonly finish: FinishRemoval,
    @Inject(TIMERS) private readonly timers: Timers,
    @Inject(RANDOM) private readonly random: Random,
    @Inject(LOG) private readonly log: Log,
    @Inject(HUB_CONFIG) private readonly config: HubConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.roles.includes('planner')) this.#loop = this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort(new Error('the removal controller is stopping'));
    await this.#loop;
  }

  /** One pass over what is being removed. */
  async pass(): Promise<void> {
    const removing = await this.tx.run(SCOPE, () => this.clusters.findRemoving(BATCH));
    for (const id of removing) {
      await this.tx.run(SCOPE, async () => {
        const cluster = await this.clusters.lockById(id);
        if (cluster !== undefined) await this.finish.ifDone(cluster, false);
      });
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.timers.sleep(jitterMs(EVERY_MS, 0.2, this.random), this.#stopping.signal).catch(() => undefined); // stopping ends the wait
      if (this.#stopping.signal.aborted) return;
      try {
        await this.pass();
      } catch (error) {
        this.log.warn('cannot finish removals for now', { error });
      }
    }
  }
}
