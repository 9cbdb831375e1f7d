import { freePorts, GitServer, startRealKubernetes, type RealKubernetes } from '#testing';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubProcess } from '../../e2e/stage/hub-process.js';
import { joinCluster } from '../../e2e/stage/join-cluster.js';
import { Program } from '../../e2e/stage/program.js';
import type { StageCluster } from '../../e2e/stage/stage-cluster.js';
import { StagePostgres } from '../../e2e/stage/stage-postgres.js';
import { ROOT } from '../../e2e/stage/stage.js';
import { toolPath } from '../../e2e/stage/tool-path.js';
import { CLUSTERS, type ClusterName, type LinkName, type ProcessName } from '../plan/schedule.js';
import { FaultProxy } from '../proxy/fault-proxy.js';
import { SufferingPostgres } from './suffering-postgres.js';
import { Supervised } from './supervised.js';

const LOOPBACK = '127.0.0.1';
const GIT_HOST = 'localhost';

interface Ports {
  readonly http: number;
  readonly agent: number;
  readonly enroll: number;
  readonly database: number;
  readonly git: number;
  readonly gitProxy: number;
}

/** Real programs on real Kubernetes, each under a supervisor, with a proxy on every connection between two of them. Many schedules run on one. */
export class FaultStage {
  readonly clusters = new Map<ClusterName, StageCluster>();
  readonly processes = new Map<ProcessName, Supervised>();
  readonly links = new Map<LinkName, FaultProxy>();

  private constructor(
    readonly directory: string,
    private readonly ports: Ports,
    readonly postgres: StagePostgres,
    private readonly kubernetes: RealKubernetes,
    readonly hub: HubProcess,
    /** Makes repositories, and listens on nothing: the server that answers is a process. */
    readonly repositories: GitServer,
    private readonly git: Program,
  ) {}

  static async start(): Promise<FaultStage> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-faults-'));
    await chmod(directory, 0o755); // PostgreSQL runs as another user when the tests run as root
    const [http = 0, agent = 0, enroll = 0, database = 0, git = 0, gitProxy = 0] = await freePorts(6);
    const ports: Ports = { http, agent, enroll, database, git, gitProxy };
    await mkdir(join(directory, 'git'));
    const repositories = await GitServer.start({ root: join(directory, 'git'), port: gitProxy });
    await repositories.stop();
    const [postgres, kubernetes] = await Promise.all([
      StagePostgres.start(join(directory, 'postgres'), database),
      startRealKubernetes({ clusters: CLUSTERS.length, workDir: join(directory, 'kubernetes') }),
    ]);
    const databaseProxy = await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: database });
    const through = (url: string): string => url.replace(`:${database}/`, `:${databaseProxy.port}/`);
    const hub = HubProcess.create({ root: ROOT, directory, ports, postgres: { appUrl: through(postgres.appUrl), ownerUrl: through(postgres.ownerUrl) } });
    const gitProgram = new Program({
      name: 'git', directory, logPath: join(directory, 'git.log'), env: {},
      args: [join(ROOT, 'dist/test/faults/programs/git-program.js'), join(directory, 'git'), String(git), join(directory, 'git-access.log')],
    });
    const stage = new FaultStage(directory, ports, postgres, kubernetes, hub, repositories, gitProgram);
    stage.links.set('database', databaseProxy);
    try {
      await stage.open();
    } catch (error) {
      const words = stage.lastWords();
      await stage.stop();
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${words}`, { cause: error });
    }
    return stage;
  }

  /** Where people reach the API. */
  get apiPort(): number {
    return this.link('api').port;
  }

  get gitAccessLog(): string {
    return join(this.directory, 'git-access.log');
  }

  cluster(name: ClusterName): StageCluster {
    return found(this.clusters.get(name), name);
  }

  process(name: ProcessName): Supervised {
    return found(this.processes.get(name), name);
  }

  link(name: LinkName): FaultProxy {
    return found(this.links.get(name), name);
  }

  lastWords(lines = 25): string {
    return [this.hub, this.git, ...[...this.clusters.values()].map(({ agent }) => agent)].map((program) => program.lastWords(lines)).join('\n');
  }

  /** Ends everything. CAPSTAN_E2E_KEEP=1 keeps the files. */
  async stop(): Promise<void> {
    await Promise.all([...this.processes.values()].map((process) => process.stop()));
    await Promise.all([...this.clusters.values()].map(({ agent }) => agent.kill()));
    await Promise.all([this.hub.kill(), this.git.kill(), this.kubernetes.stop(), this.postgres.stop()]);
    await Promise.all([...this.links.values()].map((link) => link.stop()));
    if (process.env['CAPSTAN_E2E_KEEP'] !== '1') await rm(this.directory, { recursive: true, force: true });
  }

  private async open(): Promise<void> {
    const { ports, hub, git, postgres, directory } = this;
    git.start();
    await hub.startReady();
    this.links.set('git', await FaultProxy.start({ host: GIT_HOST, port: ports.gitProxy }, { host: GIT_HOST, port: ports.git }));
    this.links.set('api', await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: ports.http }));
    this.processes.set('hub', new Supervised('hub', hub));
    this.processes.set('git', new Supervised('git', git));
    this.processes.set('postgres', new Supervised('postgres', new SufferingPostgres(postgres, join(directory, 'postgres'))));
    await Promise.all(CLUSTERS.map((name, index) => this.join(name, index)));
    for (const process of this.processes.values()) process.supervise();
  }

  private async join(name: ClusterName, index: number): Promise<void> {
    const real = found(this.kubernetes.clusters[index], name);
    const { ports, hub, directory } = this;
    const session = await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: ports.agent });
    const kubernetes = await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: Number(new URL(real.server).port) });
    this.links.set(`session-${name}`, session);
    this.links.set(`kubernetes-${name}`, kubernetes);
    const route = { hub: `localhost:${session.port}:${ports.enroll}`, kubernetes: `https://${LOOPBACK}:${kubernetes.port}` };
    const cluster = await joinCluster({ name, labels: { fleet: 'faults' }, root: ROOT, directory, hub, real, kustomize: await toolPath('kustomize'), route });
    this.clusters.set(name, cluster);
    this.processes.set(`agent-${name}`, new Supervised(name, cluster.agent));
  }
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`no ${name} on the stage`);
  return value;
}
