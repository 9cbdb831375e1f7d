import { freePorts, GitServer, startRealKubernetes, type RealKubernetes } from '#testing';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubProcess, type HubRequest } from '../../e2e/stage/hub-process.js';
import { joinCluster } from '../../e2e/stage/join-cluster.js';
import { Program } from '../../e2e/stage/program.js';
import type { StageCluster } from '../../e2e/stage/stage-cluster.js';
import { StagePostgres } from '../../e2e/stage/stage-postgres.js';
import { ROOT } from '../../e2e/stage/stage.js';
import { toolPath } from '../../e2e/stage/tool-path.js';
import { CLUSTERS, HUBS, type ClusterName, type LinkName, type ProcessName } from '../plan/schedule.js';
import { FaultProxy } from '../proxy/fault-proxy.js';
import { SufferingPostgres } from './suffering-postgres.js';
import { Supervised } from './supervised.js';

const LOOPBACK = '127.0.0.1';
const GIT_HOST = 'localhost';

type HubPorts = HubRequest['ports'];

interface Ports {
  readonly hubs: readonly HubPorts[];
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
    private readonly hubs: readonly HubProcess[],
    /** Makes repositories, and listens on nothing: the server that answers is a process. */
    readonly repositories: GitServer,
    private readonly git: Program,
  ) {}

  static async start(): Promise<FaultStage> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-faults-'));
    await chmod(directory, 0o755); // PostgreSQL runs as another user when the tests run as root
    const [database = 0, git = 0, gitProxy = 0, ...others] = await freePorts(3 + 3 * HUBS.length);
    const ports: Ports = { hubs: HUBS.map((_name, index) => ({ http: others[3 * index] ?? 0, agent: others[3 * index + 1] ?? 0, enroll: others[3 * index + 2] ?? 0 })), database, git, gitProxy };
    await mkdir(join(directory, 'git'));
    const repositories = await GitServer.start({ root: join(directory, 'git'), port: gitProxy });
    await repositories.stop();
    const [postgres, kubernetes] = await Promise.all([
      StagePostgres.start(join(directory, 'postgres'), database),
      startRealKubernetes({ clusters: CLUSTERS.length, workDir: join(directory, 'kubernetes') }),
    ]);
    const databaseProxy = await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: database });
    const through = (url: string): string => url.replace(`:${database}/`, `:${databaseProxy.port}/`);
    const [first, ...replicas] = HUBS.map((name, index): HubRequest => ({
      name, root: ROOT, directory, ports: found(ports.hubs[index], name), postgres: { appUrl: through(postgres.appUrl), ownerUrl: through(postgres.ownerUrl) },
    }));
    const hub = HubProcess.create(found(first, 'hub'));
    const hubs = [hub, ...replicas.map((replica) => HubProcess.replicaOf(hub, replica))];
    const gitProgram = new Program({
      name: 'git', directory, logPath: join(directory, 'git.log'), env: {},
      args: [join(ROOT, 'dist/test/faults/programs/git-program.js'), join(directory, 'git'), String(git), join(directory, 'git-access.log')],
    });
    const stage = new FaultStage(directory, ports, postgres, kubernetes, hubs, repositories, gitProgram);
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

  /** The administrator's. */
  get token(): string {
    return found(this.hubs[0], 'hub').token;
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
    return [...this.hubs, this.git, ...[...this.clusters.values()].map(({ agent }) => agent)].map((program) => program.lastWords(lines)).join('\n');
  }

  /** Ends everything. CAPSTAN_E2E_KEEP=1 keeps the files. */
  async stop(): Promise<void> {
    await Promise.all([...this.processes.values()].map((process) => process.stop()));
    await Promise.all([...this.clusters.values()].map(({ agent }) => agent.kill()));
    await Promise.all([...this.hubs.map((hub) => hub.kill()), this.git.kill(), this.kubernetes.stop(), this.postgres.stop()]);
    await Promise.all([...this.links.values()].map((link) => link.stop()));
    if (process.env['CAPSTAN_E2E_KEEP'] !== '1') await rm(this.directory, { recursive: true, force: true });
  }

  private async open(): Promise<void> {
    const { ports, git, postgres, directory } = this;
    git.start();
    await Promise.all(this.hubs.map((hub) => hub.startReady()));
    this.links.set('git', await FaultProxy.start({ host: GIT_HOST, port: ports.gitProxy }, { host: GIT_HOST, port: ports.git }));
    this.links.set('api', await FaultProxy.start({ host: LOOPBACK, port: 0 }, ...ports.hubs.map(({ http }) => ({ host: LOOPBACK, port: http }))));
    for (const [index, name] of HUBS.entries()) this.processes.set(name, new Supervised(name, found(this.hubs[index], name)));
    this.processes.set('git', new Supervised('git', git));
    this.processes.set('postgres', new Supervised('postgres', new SufferingPostgres(postgres, join(directory, 'postgres'))));
    await Promise.all(CLUSTERS.map((name, index) => this.join(name, index)));
    for (const process of this.processes.values()) process.supervise();
  }

  private async join(name: ClusterName, index: number): Promise<void> {
    const real = found(this.kubernetes.clusters[index], name);
    const { ports, directory } = this;
    const hub = found(this.hubs[0], 'hub');
    const session = await FaultProxy.start({ host: LOOPBACK, port: 0 }, ...ports.hubs.map(({ agent }) => ({ host: LOOPBACK, port: agent })));
    const kubernetes = await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: Number(new URL(real.server).port) });
    this.links.set(`session-${name}`, session);
    this.links.set(`kubernetes-${name}`, kubernetes);
    const route = { hub: `localhost:${session.port}:${found(ports.hubs[0], 'hub').enroll}`, kubernetes: `https://${LOOPBACK}:${kubernetes.port}` };
    const cluster = await joinCluster({ name, labels: { fleet: 'faults' }, root: ROOT, directory, hub, real, kustomize: await toolPath('kustomize'), route });
    this.clusters.set(name, cluster);
    this.processes.set(`agent-${name}`, new Supervised(name, cluster.agent));
  }
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`no ${name} on the stage`);
  return value;
}
