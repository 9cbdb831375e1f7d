import { isUuid, jitterMs, type Clock, type Failpoints, type Ids, type Log, type MonotonicClock, type Random, type Timers, type Tracer } from '#kernel';
import { ArchiveRepositories } from '#archive';
import { repositoryId, type RepositoryType } from '#domain';
import { selectGit, type GitPort } from '#git';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import type { HubConfig } from '../../platform/config.js';
import { CHANNELS, type Notifications, type TransactionContext } from '../../platform/database/index.js';
import type { Metrics } from '../../platform/http/index.js';
import type { ReleaseEvaluation, SourcesWanted } from '../releases/index.js';
import type { RepositorySchedule, RepositorySecrets } from '../repositories/index.js';
import { ArchiveReader } from './archive-reader.js';
import { cacheKeyOf, forgetStaleCopies } from './git-copies.js';
import { GitEgress } from './git-egress.js';
import { GitReader } from './git-reader.js';
import { HostBreakers } from './host-breakers.js';
import { LookUpMetrics } from './look-up-metrics.js';
import { PollRepository } from './poll-repository.js';
import type { RepositoryReader } from './repository-reader.js';
import { SourceWatcher } from './source-watcher.js';
import { SqlSourceStore } from './sql-source.store.js';

const TIDY_MS = 60 * 60_000;

export interface WatcherServicePorts {
  readonly config: HubConfig;
  readonly tx: TransactionContext;
  readonly notifications: Pick<Notifications, 'listen' | 'onReconnect'>;
  readonly schedule: RepositorySchedule;
  readonly secrets: RepositorySecrets;
  readonly wanted: SourcesWanted;
  readonly evaluation: ReleaseEvaluation;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly ids: Ids;
  readonly tracer: Tracer;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

/** Runs the source watcher for as long as the application does, where the role `planner` is. */
export class WatcherService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #git: GitPort | undefined;
  #watcher: SourceWatcher | undefined;
  #unlisten: readonly (() => void)[] = [];
  readonly #stopping = new AbortController();
  #tidying: Promise<void> | undefined;

  constructor(private readonly ports: WatcherServicePorts) {}

  async onApplicationBootstrap(): Promise<void> {
    const { config, tx, notifications, schedule, timers, log } = this.ports;
    if (!config.roles.includes('planner')) return;
    const { gitAdapter, dataDir } = config;
    const cacheDirectory = join(dataDir, 'git');
    const preferred = gitAdapter === 'auto' ? undefined : gitAdapter;
    const git = await selectGit({ cacheDirectory, preferred, needsAddresses: true, timers, log });
    const store = new SqlSourceStore(tx, schedule);
    const watcher = this.#compose(git, store);
    this.#unlisten = [
      notifications.listen(CHANNELS.repositoryHint, (id) => (isUuid(id) ? watcher.hint(repositoryId(id)) : undefined)),
      notifications.listen(CHANNELS.repositoryDue, () => watcher.wake()),
      notifications.onReconnect(() => watcher.reread()),
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
        this.ports.log.warn('cannot tidy up the copies of repositories; the next round comes in an hour', { error });
      }
      await this.ports.timers.sleep(jitterMs(TIDY_MS, 0.2, this.ports.random), this.#stopping.signal).catch(() => undefined); // stopping ends the wait
    }
  }

  #compose(git: GitPort, store: SqlSourceStore): SourceWatcher {
    const { config, secrets, metrics, clock, monotonic, timers, random, ids, tracer, failpoints, log, wanted, evaluation } = this.ports;
    const egress = new GitEgress(config.allowPrivateGitHosts, async (host) => (await lookup(host, { all: true })).map(({ address }) => address), timers, log);
    const pauses = metrics.counter('git_host_pauses_total', 'Times that a Git host was left alone because it failed for several repositories in a row, or failed again when one looked.');
    const hosts = new HostBreakers({ monotonic, random, log, onPause: () => pauses.inc() });
    metrics.gauge('git_hosts_paused', 'Git hosts that this process leaves alone just now.', () => hosts.paused);
    const openCredentials: RepositorySecrets['openCredentials'] = (id, sealed) => secrets.openCredentials(id, sealed);
    const gitReader = new GitReader(git, egress, openCredentials);
    const archiveReader = new ArchiveReader(new ArchiveRepositories({ egress: (url, signal) => egress.check(url, signal) }), openCredentials, clock);
    const readerOf = (type: RepositoryType): RepositoryReader => (type === 'GIT' ? gitReader : archiveReader);
    const poll = new PollRepository({ readerOf, hosts, store, wanted, evaluation, meter: new LookUpMetrics(metrics, monotonic), ids, tracer, failpoints, log });
    return new SourceWatcher({ store, poll, timers, random, ids, failpoints, log });
  }
}
