import { isUuid, jitterMs, type Failpoints, type Ids, type Log, type MonotonicClock, type Random, type Timers } from '#kernel';
import { repositoryId } from '#domain';
import { selectGit, type GitPort } from '#git';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import type { HubConfig } from '../../platform/config.js';
import { CHANNELS, Notifications, TransactionContext } from '../../platform/database/index.js';
import { Metrics } from '../../platform/http/index.js';
import { FAILPOINTS, HUB_CONFIG, IDS, LOG, MONOTONIC, RANDOM, TIMERS } from '../../platform/tokens.js';
import { RELEASE_EVALUATION, SOURCES_WANTED, type ReleaseEvaluation, type SourcesWanted } from '../releases/index.js';
import { RepositorySchedule, RepositorySecrets } from '../repositories/index.js';
import { cacheKeyOf, forgetStaleCopies } from './git-copies.js';
import { GitEgress } from './git-egress.js';
import { LookUpMetrics } from './look-up-metrics.js';
import { PollRepository } from './poll-repository.js';
import { SourceWatcher } from './source-watcher.js';
import { SqlSourceStore } from './sql-source.store.js';

const TIDY_MS = 60 * 60_000;

/** Runs the source watcher for as long as the application does, where the role `planner` is. */
@Injectable()
export class WatcherService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #git: GitPort | undefined;
  #watcher: SourceWatcher | undefined;
  #unlisten: readonly (() => void)[] = [];
  readonly #stopping = new AbortController();
  #tidying: Promise<void> | undefined;

  constructor(
    @Inject(HUB_CONFIG) private readonly config: HubConfig,
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(Notifications) private readonly notifications: Notifications,
    @Inject(RepositorySchedule) private readonly schedule: RepositorySchedule,
    @Inject(RepositorySecrets) private readonly secrets: RepositorySecrets,
    @Inject(SOURCES_WANTED) private readonly wanted: SourcesWanted,
    @Inject(RELEASE_EVALUATION) private readonly evaluation: ReleaseEvaluation,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(MONOTONIC) private readonly monotonic: MonotonicClock,
    @Inject(TIMERS) private readonly timers: Timers,
    @Inject(RANDOM) private readonly random: Random,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(FAILPOINTS) private readonly failpoints: Failpoints,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('planner')) return;
    const { gitAdapter, dataDir } = this.config;
    const cacheDirectory = join(dataDir, 'git');
    const preferred = gitAdapter === 'auto' ? undefined : gitAdapter;
    const git = await selectGit({ cacheDirectory, preferred, needsAddresses: true, timers: this.timers, log: this.log });
    const store = new SqlSourceStore(this.tx, this.schedule);
    const watcher = this.#compose(git, store);
    this.#unlisten = [
      this.notifications.listen(CHANNELS.repositoryHint, (id) => (isUuid(id) ? watcher.hint(repositoryId(id)) : undefined)),
      this.notifications.listen(CHANNELS.repositoryDue, () => watcher.wake()),
      this.notifications.onReconnect(() => watcher.reread()),
    ];
    this.#git = git;
    this.#watcher = watcher;
    watcher.start();
    this.#tidying = this.#tidy(git, store, cacheDirectory);
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten();
    this.#stopping.abort(new Error('the source watcher is stopping'));
    await this.#watcher?.stop();
    await this.#tidying;
    await this.#git?.close();
  }

  /** Keeps the disk free of copies that nobody reads any more. */
  async #tidy(git: GitPort, store: SqlSourceStore, cacheDirectory: string): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await forgetStaleCopies(git, cacheDirectory, async () => new Set((await store.places()).map(cacheKeyOf)));
      } catch (error) {
        this.log.warn('cannot tidy up the copies of repositories; the next round comes in an hour', { error });
      }
      await this.timers.sleep(jitterMs(TIDY_MS, 0.2, this.random), this.#stopping.signal).catch(() => undefined); // stopping ends the wait
    }
  }

  #compose(git: GitPort, store: SqlSourceStore): SourceWatcher {
    const { timers, random, ids, failpoints, log, wanted, evaluation } = this;
    const egress = new GitEgress(this.config.allowPrivateGitHosts, async (host) => (await lookup(host, { all: true })).map(({ address }) => address), timers, log);
    const openCredentials: RepositorySecrets['openCredentials'] = (id, sealed) => this.secrets.openCredentials(id, sealed);
    const poll = new PollRepository({ git, egress, store, wanted, evaluation, openCredentials, meter: new LookUpMetrics(this.metrics, this.monotonic), failpoints });
    return new SourceWatcher({ store, poll, timers, random, ids, failpoints, log });
  }
}
