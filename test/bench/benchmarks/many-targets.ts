import type { Benchmark, BenchResult, Progress } from '../benchmark.js';
import { CpuMeter } from '../measure/cpu-meter.js';
import { MemoryPeak } from '../measure/memory-peak.js';
import { parseTimeMs, wallMs } from '../measure/now.js';
import type { BenchOptions } from '../options.js';
import { joinBenchCluster, REAL_NOTE, SANDBOX_NOTE } from '../setup/bench-cluster.js';
import { withBenchStage, type BenchStage } from '../setup/bench-stage.js';
import { filesOf } from '../setup/many-objects.js';
import { untilConnected } from '../setup/until-connected.js';

const TARGETS = 1_000;
const OBJECTS = 4;
const AT_ONCE = 20;
const DEADLINE_MS = 900_000;
const LOOK_MS = 2_000;

export const manyTargets: Benchmark = {
  name: 'many-targets',
  summary: '1,000 applications of 4 objects on one cluster: a commit that changes them all (goal 13)',
  run: (options, progress) => withBenchStage(options, (stage) => measure(stage, options, progress)),
};

const PAGE = 200;
const DOCUMENT = `query Running($after: String) { cluster(name: "bench") { targets(first: ${PAGE}, after: $after) {
  edges { node { sync health observed { commit } assigned { release { commit } } } } pageInfo { endCursor hasNextPage } } } }`;

interface Page {
  readonly cluster: {
    readonly targets: {
      readonly edges: readonly { readonly node: { readonly sync: string; readonly health: string; readonly observed: { readonly commit: string | null } | null; readonly assigned: { readonly release: { readonly commit: string } } | null } }[];
      readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
    };
  } | null;
}

async function measure(stage: BenchStage, { kubernetes, runs: count = 1, many }: BenchOptions, progress: Progress): Promise<BenchResult> {
  const targets = many ?? TARGETS;
  const cluster = await joinBenchCluster(stage, { name: 'bench', kubernetes });
  await untilConnected(stage, [cluster]);
  const names = Array.from({ length: targets }, (_, index) => `small-${String(index).padStart(4, '0')}`);
  const first = await commit(1);
  await stage.tellOfPush();
  const peak = new MemoryPeak(cluster.agent.pid);
  const meter = new CpuMeter({ hub: stage.hub.child.pid, agents: [cluster.agent.pid] });
  peak.start();
  meter.start();
  const from = wallMs();
  const queue = names.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const name of queue) await stage.hub.api.mutate('createApplication', { project: 'default', name, spec: { source: { repository: 'fleet', ref: 'main', path: `apps/${name}` }, selector: { all: true }, namespace: 'small' } });
  }));
  const made = wallMs();
  await untilAllRun(first);
  meter.stop();
  const peaks = [peak.stop()];
  const created = [wallMs() - from];
  progress(`${targets} applications were created in ${(made - from).toFixed(0)} ms and ran after ${created[0]?.toFixed(0)} ms; most memory ${peaks[0]?.toFixed(0)} MB`);
  const changed: number[] = [];
  const written: number[] = [];
  const asked: number[] = [];
  for (let run = 1; run <= count; run += 1) {
    const next = await commit(run + 1);
    cluster.auditLog.mark();
    const changedFrom = wallMs();
    peak.start();
    meter.start();
    await stage.tellOfPush();
    await untilAllRun(next);
    meter.stop();
    peaks.push(peak.stop());
    changed.push(wallMs() - changedFrom);
    const requests = cluster.auditLog.entries().filter(({ userAgent }) => userAgent.startsWith('capstan'));
    asked.push(requests.length / targets);
    const writes = cluster.auditLog.writes().filter(({ namespace, userAgent }) => namespace === 'small' && userAgent.startsWith('capstan'));
    written.push(Math.max(...writes.map(({ answeredAt }) => parseTimeMs(answeredAt))) - changedFrom);
    progress(`run ${run}: ${writes.length} writes, the last after ${written.at(-1)?.toFixed(0)} ms, all reported after ${changed.at(-1)?.toFixed(0)} ms`);
  }
  return {
    parameters: { targets, 'objects of each': OBJECTS, runs: count, kubernetes },
    figures: [
      { name: 'applications created one by one in the hub -> all run', unit: 'ms', values: created },
      { name: 'a commit changes all of them: webhook -> last write answered', unit: 'ms', values: written, goal: { number: 13, statistic: 'median', atMost: 40_000 } },
      { name: 'a commit changes all of them: webhook -> all reported', unit: 'ms', values: changed },
      { name: 'the same: requests of the agent to the API server, for each target', unit: 'count', values: asked },
      { name: 'agent and what runs below it, most memory at once', unit: 'MB', values: peaks },
      ...meter.figures('creating them, then changing them'),
    ],
    notes: [kubernetes === 'real' ? REAL_NOTE : SANDBOX_NOTE, 'each is an application of its own with a release of its own; ConfigMaps in one namespace', `asked of the hub every ${LOOK_MS} ms whether all run`],
  };

  async function commit(revision: number): Promise<string> {
    const files = Object.fromEntries(names.map((name) => {
      const objects = Object.values(filesOf('', 0, OBJECTS, revision));
      return [`apps/${name}/objects.yaml`, objects.map((text) => text.replace(/^ {2}name: /m, `  name: ${name}-`)).join('---\n')];
    }));
    return stage.repository.commit(files, `revision ${revision}`);
  }

  async function untilAllRun(wanted: string): Promise<void> {
    for (const end = wallMs() + DEADLINE_MS; ; ) {
      const running = await countRunning(wanted);
      if (running >= targets) return;
      if (wallMs() > end) throw new Error(`only ${running} of ${targets} run`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async function countRunning(wanted: string): Promise<number> {
    let running = 0;
    for (let after: string | null = null; ; ) {
      const { cluster: found }: Page = await stage.hub.api.query<Page>(DOCUMENT, { after });
      if (found === null) throw new Error('the hub does not know the cluster');
      running += found.targets.edges.filter(({ node }) => node.sync === 'SYNCED' && node.health === 'HEALTHY' && node.observed?.commit === wanted && node.assigned?.release.commit === wanted).length;
      if (!found.targets.pageInfo.hasNextPage) return running;
      after = found.targets.pageInfo.endCursor;
    }
  }
}
