import { aGitRepository, freePorts, GitServer, until, type GitRepositoryBuilder } from '#testing';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capstanCommand } from '../../../stage/capstan-command.js';
import { HubApi } from '../../../e2e/stage/hub-api.js';
import { HubProcess } from '../../../e2e/stage/hub-process.js';
import { parseManifest } from '../../../e2e/stage/join-cluster.js';
import { Program } from '../../../e2e/stage/program.js';
import { StagePostgres } from '../../../e2e/stage/stage-postgres.js';
import { ROOT } from '../../../e2e/stage/stage.js';
import { APPLICATIONS, type FleetCluster } from '../plan/fleet.js';
import type { FleetOrder } from '../../programs/fleet-order.js';

const CONNECT_MS = 180_000;
/** Sandboxes and agents that share a process. */
const IN_ONE_PROCESS = 25;

/** A hub that is there to be killed; everything else stays: PostgreSQL, the Git server, and the fleet with its agents. */
export class KillStage {
  readonly api: HubApi;
  private readonly fleets: Program[] = [];

  private constructor(
    readonly directory: string,
    readonly postgres: StagePostgres,
    readonly hub: HubProcess,
    readonly httpPort: number,
    private readonly git: Program,
    private readonly repositories: readonly GitRepositoryBuilder[],
    readonly clusters: readonly FleetCluster[],
  ) {
    this.api = new HubApi(hub.url, hub.token);
  }

  static async start(clusters: readonly FleetCluster[]): Promise<KillStage> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-kills-'));
    await chmod(directory, 0o755); // PostgreSQL runs as another user when the tests run as root
    const [database = 0, gitPort = 0, http = 0, agent = 0, enroll = 0] = await freePorts(5);
    await mkdir(join(directory, 'git'));
    // Makes repositories, and listens on nothing: the server that answers is a process.
    const repositories = await GitServer.start({ root: join(directory, 'git'), port: gitPort });
    await repositories.stop();
    const builders = await Promise.all(APPLICATIONS.map(({ name }) => aGitRepository(repositories, name, { now: () => new Date() })));
    const postgres = await StagePostgres.start(join(directory, 'postgres'), database);
    const hub = HubProcess.create({ root: ROOT, directory, postgres, ports: { http, agent, enroll } });
    const git = new Program({
      name: 'git', directory, logPath: join(directory, 'git.log'), env: {},
      args: [join(ROOT, 'dist/test/faults/programs/git-program.js'), join(directory, 'git'), String(gitPort), join(directory, 'git-access.log')],
    });
    const stage = new KillStage(directory, postgres, hub, http, git, builders, clusters);
    try {
      git.start();
      await hub.startReady();
      await stage.join(`localhost:${agent}:${enroll}`);
    } catch (error) {
      const words = stage.lastWords();
      await stage.stop();
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${words}`, { cause: error });
    }
    return stage;
  }

  /** The administrator's. */
  get token(): string {
    return this.hub.token;
  }

  /** Of an application. */
  repository(name: string): GitRepositoryBuilder {
    const repository = this.repositories.find((candidate) => candidate.name === name);
    if (repository === undefined) throw new Error(`no repository ${name} on the stage`);
    return repository;
  }

  logOf(cluster: string, kind: 'agent' | 'audit' | 'objects'): string {
    return join(this.directory, `${cluster}.${kind}.log`);
  }

  lastWords(lines = 25): string {
    return [this.hub, this.git, ...this.fleets].map((program) => program.lastWords(lines)).join('\n');
  }

  /** Ends everything. CAPSTAN_E2E_KEEP=1 keeps the files. */
  async stop(): Promise<void> {
    await Promise.all([...this.fleets, this.hub, this.git].map((program) => program.kill()));
    await this.postgres.stop();
    if (process.env['CAPSTAN_E2E_KEEP'] !== '1') await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  private async join(hub: string): Promise<void> {
    const [first] = this.clusters;
    if (first === undefined) throw new Error('a fleet has a cluster at least');
    const { stdout, stderr, exitCode } = await capstanCommand(ROOT, { CAPSTAN_SERVER: this.hub.url, CAPSTAN_TOKEN: this.hub.token }, ['cluster', 'join', first.name, '--output', 'manifest', '--preset', 'cluster-admin']);
    if (exitCode !== 0) throw new Error(`capstan cluster join ended with ${String(exitCode)}: ${stderr}`);
    const objects = parseManifest(stdout);
    const caPem = objects.flatMap((object) => (object.metadata.name === 'capstan-hub' ? Object.entries(Object(object['stringData'])) : [])).find(([key]) => key === 'ca.pem')?.[1];
    const hubCaFile = join(this.directory, 'hub-ca.pem');
    await writeFile(hubCaFile, String(caPem));
    const manifest = objects.filter(({ kind, metadata }) => kind !== 'Deployment' && metadata.name !== 'capstan-join');
    const joined: { readonly name: string; readonly joinToken: string }[] = [];
    for (const { name, labels } of this.clusters) joined.push({ name, joinToken: await this.tokenFor(name, labels) });
    for (let from = 0; from < joined.length; from += IN_ONE_PROCESS) {
      await this.startFleet({ directory: this.directory, hub, hubCaFile, renderProcess: join(ROOT, 'dist/agent-parts/render-process.mjs'), manifest, clusters: joined.slice(from, from + IN_ONE_PROCESS) });
    }
    await until('every agent is connected', CONNECT_MS, async () => {
      const dead = this.fleets.find((fleet) => !fleet.isRunning);
      if (dead !== undefined) throw new Error(dead.lastWords());
      const [row] = await this.postgres.query<{ readonly n: number }>('SELECT count(*)::int AS n FROM clusters WHERE connected_replica IS NOT NULL');
      return row !== undefined && row.n >= this.clusters.length ? true : undefined;
    });
  }

  private async tokenFor(name: string, labels: FleetCluster['labels']): Promise<string> {
    const created = await this.api.mutate('createCluster', { name, labels });
    if (created.userErrors.length > 0) await this.api.must('labelCluster', { name, set: labels }); // the one that `capstan cluster join` has made
    return (await this.api.must<{ readonly token: string }>('createJoinToken', { cluster: name }, 'token')).token;
  }

  private async startFleet(order: FleetOrder): Promise<void> {
    const name = `fleet-${this.fleets.length}`;
    const file = join(this.directory, `${name}.json`);
    await writeFile(file, JSON.stringify(order), { mode: 0o600 });
    const fleet = new Program({ name, directory: this.directory, logPath: join(this.directory, `${name}.log`), env: {}, args: [join(ROOT, 'dist/test/faults/programs/fleet-program.js'), file] });
    fleet.start();
    this.fleets.push(fleet);
  }
}
