import { startSandboxCluster } from '#sandbox';
import { aGitRepository, GitServer, until, type GitRepositoryBuilder, type GitRepositoryOptions } from '#testing';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openHubDatabase } from '../bench/setup/hub-database.js';
import { capstanCommand } from '../stage/capstan-command.js';
import { configMap } from '../e2e/stage/content.js';
import type { KubeClient } from '#kube';
import type { Child } from '../stage/child.js';
import { adminClient, joinCluster } from '../stage/join-cluster.js';
import { StageBuilder } from '../stage/stage-builder.js';
import type { StageHub } from '../stage/start-hub.js';
import type { Canary } from './canary.js';
import { CanarySearch } from './canary-search.js';
import { searchTables } from './read-tables.js';
import { FileWatch } from './watch-files.js';
import { ProcessWatch } from './watch-processes.js';

const LOOK_MS = 200;
const LONG_MS = 60_000;

/** Hub, agent and a simulated cluster at debug level, with everything that they write and start under watch from the first moment. */
export class CanaryStage {
  readonly search: CanarySearch;
  readonly processes: ProcessWatch;
  private readonly databaseFiles: FileWatch;
  private readonly files: FileWatch;

  private constructor(
    private readonly root: string,
    readonly builder: StageBuilder,
    readonly directory: string,
    canaries: readonly Canary[],
  ) {
    this.search = new CanarySearch(canaries);
    this.processes = new ProcessWatch(process.pid, this.search);
    this.files = new FileWatch(directory, this.search, (path) => path === join('hub', 'postgres'));
    this.databaseFiles = new FileWatch(join(directory, 'hub', 'postgres'), this.search);
  }

  /** @param canaries everything that is looked for */
  static async start(root: string, canaries: readonly Canary[]): Promise<CanaryStage> {
    const builder = new StageBuilder(root, 'canaries');
    const directory = await builder.directory();
    await mkdir(join(directory, 'tmp'));
    await chmod(join(directory, 'tmp'), 0o777); // the PostgreSQL user reads a file there too
    const stage = new CanaryStage(root, builder, directory, canaries);
    const watch = setInterval(() => stage.look(), LOOK_MS);
    builder.adopt(async () => clearInterval(watch));
    return stage;
  }

  get settings(): Readonly<Record<string, string>> {
    return { CAPSTAN_LOG_LEVEL: 'debug', TMPDIR: join(this.directory, 'tmp') };
  }

  hub(): Promise<StageHub> {
    return this.builder.hub(this.directory, this.settings);
  }

  async cluster(name: string, hub: StageHub): Promise<{ readonly admin: KubeClient; readonly agent: Child }> {
    const cluster = await startSandboxCluster({ name, simulator: { readyAfterMs: 0 } });
    this.builder.adopt(() => cluster.stop());
    const admin = adminClient(cluster);
    this.builder.adopt(async () => admin.close());
    const agent = await joinCluster({ name, labels: {}, cluster, admin, hub, directory: this.directory, root: this.root, settings: this.settings });
    this.builder.adopt(() => agent.stop());
    return { admin, agent };
  }

  /** A Git server that keeps whoever asks waiting until command lines, environments and files of that moment were looked at. */
  async git(): Promise<GitServer> {
    const git = await GitServer.start({ onAccess: () => this.look() });
    this.builder.adopt(() => git.dispose());
    return git;
  }

  async repository(git: GitServer, name: string, { credentials, writer }: Pick<GitRepositoryOptions, 'credentials' | 'writer'>): Promise<GitRepositoryBuilder> {
    const repository = await aGitRepository(git, name, { ...(credentials === undefined ? {} : { credentials }), ...(writer === undefined ? {} : { writer }) });
    await repository.commit({ 'app/settings.yaml': configMap('settings', { colour: 'blue' }) });
    return repository;
  }

  /** What the command line says, on both streams; searched. */
  async capstan(hub: StageHub, args: readonly string[], stdin = ''): Promise<{ readonly exitCode: number | null; readonly said: string }> {
    const env = { CAPSTAN_SERVER: hub.api.url, CAPSTAN_TOKEN: hub.api.token, HOME: this.directory, TMPDIR: join(this.directory, 'tmp') };
    const { exitCode, stdout, stderr } = await capstanCommand(this.root, env, args, stdin);
    const said = stdout + stderr;
    this.search.look('command line output', `capstan ${args.slice(0, 2).join(' ')}`, said);
    return { exitCode, said };
  }

  /** The body of an HTTP answer, with its head; searched. */
  async answer(kind: string, detail: string, url: string, init: RequestInit = {}): Promise<string> {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(20_000) });
    const text = `${response.status} ${JSON.stringify([...response.headers])}\n${await response.text()}`;
    this.search.look(kind, detail, text);
    return text;
  }

  /** A GraphQL answer as it came, errors and all; searched. */
  graphql(hub: StageHub, query: string, variables: object = {}): Promise<string> {
    return this.answer('GraphQL', query.slice(0, 60), `${hub.api.url}/graphql`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${hub.api.token}` }, body: JSON.stringify({ query, variables }),
    });
  }

  /** Tables and files as they are in the end. The names of the tables. */
  async lookAtTheRest(hub: StageHub): Promise<readonly string[]> {
    const database = await openHubDatabase(hub);
    try {
      const tables = await searchTables(database, this.search);
      return tables;
    } finally {
      await database.end();
      this.look();
      this.databaseFiles.look();
    }
  }

  async until(what: string, ask: () => Promise<true | undefined>, explain?: () => string): Promise<void> {
    await until(what, LONG_MS, ask, explain);
  }

  private look(): void {
    this.processes.look();
    this.files.look();
  }
}
