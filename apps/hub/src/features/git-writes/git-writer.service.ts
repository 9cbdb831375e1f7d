import { jitterMs, type Failpoints, type Ids, type Log, type Random, type Timers } from '#kernel';
import { repositoryId } from '#domain';
import { GitWriter, selectGit, type GitPort } from '#git';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import type { AuditTrail } from '../../platform/audit/index.js';
import type { HubConfig } from '../../platform/config.js';
import { CHANNELS, systemScope, type Notifications, type Outbox, type TransactionContext } from '../../platform/database/index.js';
import type { RepositorySchedule, RepositorySecrets } from '../repositories/index.js';
import { cacheKeyOf, forgetStaleCopies, GitEgress } from '../sources/index.js';
import { CarryOutWrite } from './carry-out-write.js';
import { PromoteReleases } from './promote-releases.js';
import { SqlGitWriteStore } from './sql-git-write.store.js';
import { WriteCommits } from './write-commits.js';

export interface GitWriterServicePorts {
  readonly config: HubConfig;
  readonly tx: TransactionContext;
  readonly notifications: Pick<Notifications, 'listen' | 'onReconnect'>;
  readonly schedule: RepositorySchedule;
  readonly secrets: RepositorySecrets;
  readonly audit: AuditTrail;
  readonly outbox: Outbox;
  readonly timers: Timers;
  readonly random: Random;
  readonly ids: Ids;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

const TIDY_MS = 60 * 60_000;
/** A soak counts in minutes: to be a few seconds late is no matter. */
const PROMOTE_MS = 5_000;
const WRITTEN_TO = `SELECT id, url FROM repositories WHERE deleted_at IS NULL AND write_credentials_encrypted IS NOT NULL`;

/** Runs the writer of commits for as long as the application does, where the role `planner` is. Its copies of repositories are its own, made with the write credentials. */
export class GitWriterService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #git: GitPort | undefined;
  #commits: WriteCommits | undefined;
  #unlisten: readonly (() => void)[] = [];
  #tidying: Promise<void> | undefined;
  #promoting: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(private readonly ports: GitWriterServicePorts) {}

  async onApplicationBootstrap(): Promise<void> {
    const { config, tx, notifications, schedule, secrets, audit, outbox, timers, random, ids, failpoints, log } = this.ports;
    if (!config.roles.includes('planner')) return;
    const cacheDirectory = join(config.dataDir, 'git-writes');
    const git = await selectGit({ cacheDirectory, preferred: config.gitAdapter === 'auto' ? undefined : config.gitAdapter, needsAddresses: true, timers, log });
    const egress = new GitEgress(config.allowPrivateGitHosts, async (host) => (await lookup(host, { all: true })).map(({ address }) => address), timers, log);
    const carryOut = new CarryOutWrite({
      writer: new GitWriter(git, { cacheDirectory }), egress, openCredentials: (id, sealed) => secrets.openWriteCredentials(id, sealed), by: { name: config.gitAuthorName, email: config.gitAuthorEmail },
    });
    const commits = new WriteCommits({ tx, store: new SqlGitWriteStore(tx), carryOut, schedule, audit, outbox, timers, random, ids, failpoints, log });
    this.#git = git;
    this.#commits = commits;
    this.#unlisten = [notifications.listen(CHANNELS.gitWriteDue, () => commits.wake()), notifications.onReconnect(() => commits.wake())];
    commits.start();
    this.#tidying = this.#tidy(git, cacheDirectory);
    this.#promoting = this.#promote(new PromoteReleases({ tx, audit, outbox, ids, log }));
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten();
    this.#stopping.abort(new Error('the writer of commits is stopping'));
    await this.#commits?.stop();
    await this.#tidying;
    await this.#promoting;
    await this.#git?.close();
  }

  async #promote(promotions: PromoteReleases): Promise<void> {
    const { log, timers, random } = this.ports;
    while (!this.#stopping.signal.aborted) {
      try {
        await promotions.pass();
      } catch (error) {
        log.warn('cannot find out which releases are to be promoted', { error });
      }
      await timers.sleep(jitterMs(PROMOTE_MS, 0.2, random), this.#stopping.signal).catch(() => undefined); // stopping ends the wait
    }
  }

  /** Keeps the disk free of copies of repositories that nothing is written to any more. */
  async #tidy(git: GitPort, cacheDirectory: string): Promise<void> {
    const { tx, log, timers, random } = this.ports;
    const wanted = async (): Promise<ReadonlySet<string>> => {
      const rows = await tx.run(systemScope('git-writer'), () => tx.query<{ readonly id: string; readonly url: string }>(WRITTEN_TO));
      return new Set(rows.map(({ id, url }) => cacheKeyOf({ id: repositoryId(id), url })));
    };
    while (!this.#stopping.signal.aborted) {
      try {
        await forgetStaleCopies(git, cacheDirectory, wanted);
      } catch (error) {
        log.warn('cannot tidy up the copies of repositories that are written to; the next round comes in an hour', { error });
      }
      await timers.sleep(jitterMs(TIDY_MS, 0.2, random), this.#stopping.signal).catch(() => undefined); // stopping ends the wait
    }
  }
}
