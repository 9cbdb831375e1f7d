import { aGitRepository, freePorts, GitServer, startRealKubernetes, until, type GitRepositoryBuilder, type RealKubernetes } from '#testing';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capstanCommand, capstanOnTerminal, type CommandOutcome } from '../../stage/capstan-command.js';
import { HubApi } from './hub-api.js';
import { HubProcess } from './hub-process.js';
import { joinCluster, type ClusterRequest } from './join-cluster.js';
import { StagePostgres } from './stage-postgres.js';
import type { StageCluster } from './stage-cluster.js';
import { toolPath } from './tool-path.js';

export const ROOT = join(import.meta.dirname, '..', '..', '..');
const CONNECT_MS = 60_000;

export interface StageRequest {
  readonly clusters: readonly ClusterRequest[];
  /** Real clusters beyond those that join. @default 0 */
  readonly spare?: number;
}

/** A hub, its database, a Git server and real clusters with an agent each: everything a process of its own, to be killed and started at will. */
export class Stage {
  readonly clusters: StageCluster[] = [];
  private taken = 0;

  private constructor(
    readonly directory: string,
    readonly git: GitServer,
    readonly postgres: StagePostgres,
    readonly kubernetes: RealKubernetes,
    readonly hub: HubProcess,
    readonly api: HubApi,
  ) {}

  static async start({ clusters, spare = 0 }: StageRequest): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-e2e-'));
    await chmod(directory, 0o755); // PostgreSQL runs as another user when the tests run as root
    const [database = 0, http = 0, agent = 0, enroll = 0] = await freePorts(4);
    const [git, postgres, kubernetes] = await Promise.all([
      GitServer.start(),
      StagePostgres.start(join(directory, 'postgres'), database),
      startRealKubernetes({ clusters: clusters.length + spare, workDir: join(directory, 'kubernetes') }),
    ]);
    const hub = HubProcess.create({ root: ROOT, directory, postgres, ports: { http, agent, enroll } });
    const stage = new Stage(directory, git, postgres, kubernetes, hub, new HubApi(hub.url, hub.token));
    try {
      await hub.startReady();
      await Promise.all(clusters.map((cluster) => stage.join(cluster)));
      await stage.untilConnected();
    } catch (error) {
      const words = stage.lastWords();
      await stage.stop();
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${words}`, { cause: error });
    }
    return stage;
  }

  async join(request: ClusterRequest): Promise<StageCluster> {
    const real = this.kubernetes.clusters[this.taken];
    if (real === undefined) throw new Error('no real cluster is left to join');
    this.taken += 1;
    const cluster = await joinCluster({ ...request, root: ROOT, directory: this.directory, hub: this.hub, real, kustomize: await toolPath('kustomize') });
    this.clusters.push(cluster);
    return cluster;
  }

  cluster(name: string): StageCluster {
    const cluster = this.clusters.find((candidate) => candidate.name === name);
    if (cluster === undefined) throw new Error(`no cluster ${name} on the stage`);
    return cluster;
  }

  repository(name: string, options: Parameters<typeof aGitRepository>[2] = {}): Promise<GitRepositoryBuilder> {
    return aGitRepository(this.git, name, options);
  }

  /** Runs `capstan` as the administrator. */
  capstanOnTerminal(args: readonly string[]): Promise<CommandOutcome> {
    return capstanOnTerminal(ROOT, { CAPSTAN_SERVER: this.hub.url, CAPSTAN_TOKEN: this.hub.token, HOME: this.directory }, args);
  }

  capstan(args: readonly string[], stdin = ''): Promise<CommandOutcome> {
    return capstanCommand(ROOT, { CAPSTAN_SERVER: this.hub.url, CAPSTAN_TOKEN: this.hub.token, HOME: this.directory }, args, stdin);
  }

  /** Until the hub has a session with every agent that runs. */
  async untilConnected(): Promise<void> {
    type Answer = { readonly clusters: { readonly edges: readonly { readonly node: { readonly name: string; readonly connection: string } }[] } };
    await until('every agent is connected', CONNECT_MS, async () => {
      const dead = this.clusters.find((cluster) => !cluster.agent.isRunning);
      if (dead !== undefined) throw new Error(`the agent of ${dead.name} ended`);
      const { clusters } = await this.api.query<Answer>('{ clusters(first: 50) { edges { node { name connection } } } }');
      const connected = new Set(clusters.edges.filter(({ node }) => node.connection === 'CONNECTED').map(({ node }) => node.name));
      return this.clusters.every(({ name }) => connected.has(name)) ? true : undefined;
    });
  }

  /** What hub and agents said last: shown when a promise is not kept. */
  lastWords(): string {
    return [this.hub, ...this.clusters.map(({ agent }) => agent)].map((program) => program.lastWords()).join('\n');
  }

  /** Ends everything that it started and removes its files. CAPSTAN_E2E_KEEP=1 keeps them. */
  async stop(): Promise<void> {
    await Promise.all(this.clusters.map((cluster) => cluster.agent.kill()));
    await this.hub.kill();
    await Promise.all([this.kubernetes.stop(), this.postgres.stop(), this.git.dispose()]);
    if (process.env['CAPSTAN_E2E_KEEP'] !== '1') await rm(this.directory, { recursive: true, force: true });
  }
}
