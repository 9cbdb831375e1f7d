import type { Figure } from '../benchmark.js';
import { readProcesses, treeOf, type ProcessInfo } from './processes.js';

export interface MeteredProcesses {
  readonly hub: number;
  readonly agents: readonly number[];
}

type Seconds = Readonly<Record<'hub' | 'database' | 'agents' | 'cluster and bench', number>>;

const sumOf = (processes: readonly ProcessInfo[]): number => processes.reduce((sum, one) => sum + one.ownCpuSeconds + one.endedCpuSeconds, 0);

/**
 * CPU time by who used it. The database is the hub's child and counted apart; `git` and `kustomize` count for whoever called them. What is left
 * below us is the cluster (with real Kubernetes: its programs), the Git server and the benchmark itself.
 */
export class CpuMeter {
  private from: Seconds;
  private readonly taken: Seconds[] = [];

  constructor(private readonly processes: MeteredProcesses) {
    this.from = this.read();
  }

  /** Counts from here. */
  start(): void {
    this.from = this.read();
  }

  /** What was used since `start`, as one run. */
  stop(): void {
    const [from, now] = [this.from, this.read()];
    this.taken.push({
      hub: now.hub - from.hub, database: now.database - from.database, agents: now.agents - from.agents, 'cluster and bench': now['cluster and bench'] - from['cluster and bench'],
    });
  }

  figures(what: string): readonly Figure[] {
    const names = ['hub', 'database', ...(this.processes.agents.length === 0 ? [] : ['agents'] as const), 'cluster and bench'] as const;
    return names.map((name) => ({ name: `CPU, ${what}: ${name}`, unit: 'CPU s', values: this.taken.map((one) => one[name]) }));
  }

  private read(): Seconds {
    const all = readProcesses();
    const hubTree = treeOf(this.processes.hub, all);
    const isDatabase = (one: ProcessInfo): boolean => one.name.startsWith('postgres');
    const database = sumOf(hubTree.filter(isDatabase));
    const hub = sumOf(hubTree.filter((one) => !isDatabase(one)));
    const agents = this.processes.agents.reduce((sum, pid) => sum + sumOf(treeOf(pid, all)), 0);
    return { hub, database, agents, 'cluster and bench': sumOf(treeOf(process.pid, all)) - hub - database - agents };
  }
}
