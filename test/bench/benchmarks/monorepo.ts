import type pg from 'pg';
import type { Benchmark, BenchResult, Progress } from '../benchmark.js';
import { CpuMeter } from '../measure/cpu-meter.js';
import { parseTimeMs, wallMs } from '../measure/now.js';
import { MemoryPeak } from '../measure/memory-peak.js';
import { memoryOf } from '../measure/processes.js';
import type { BenchOptions } from '../options.js';
import { joinBenchCluster, REAL_NOTE, SANDBOX_NOTE, type BenchCluster } from '../setup/bench-cluster.js';
import { withBenchStage, type BenchStage } from '../setup/bench-stage.js';
import { openHubDatabase } from '../setup/hub-database.js';
import { applicationPath, fillMonorepo, libraryPath, settings, settingsPath } from '../setup/monorepo.js';
import { runs as runsCommit, TargetEvents } from '../setup/target-events.js';
import { untilConnected } from '../setup/until-connected.js';

const RUNS = 7;
const WARM_UP = 1;
const AT_ONCE = 8;
const APART_MS = 1_500;
const LOOK_MS = 5;
const DEADLINE_MS = 300_000;
/** The one application that a cluster runs; the others match none, so that the hub's work is seen by itself. */
const MEASURED = 7;

export const monorepo: Benchmark = {
  name: 'monorepo',
  summary: 'one application of a thousand in a large repository: webhook -> rendered, and a commit that concerns nobody (goals 16, 17)',
  run: (options, progress) => withBenchStage(options, (stage) => measure(stage, options, progress)),
};

async function measure(stage: BenchStage, options: BenchOptions, progress: Progress): Promise<BenchResult> {
  const { kubernetes, files, commits, applications } = options;
  const runs = options.runs ?? RUNS;
  const { repository } = stage;
  await fillMonorepo(repository.directory, { files, commits, applications }, progress);
  const database = await openHubDatabase(stage.hub);
  stage.builder.adopt(() => database.end());
  const cluster = await joinBenchCluster(stage, { name: 'bench', kubernetes });
  await untilConnected(stage, [cluster]);
  const memoryBefore = memoryOf(cluster.agent.pid).residentMb;
  const peak = new MemoryPeak(cluster.agent.pid);
  peak.start();
  progress(`creating ${applications} applications`);
  await createApplications(stage, applications);
  const firstFrom = wallMs();
  await Promise.all([stage.tellOfPush(), untilEvaluated(database, await headOf(stage), applications)]);
  const firstMs = wallMs() - firstFrom;
  progress(`the first look at the repository took ${(firstMs / 1000).toFixed(1)} s`);
  const name = nameOf(MEASURED);
  const events = await TargetEvents.open(stage.hub.api, name);
  stage.builder.adopt(() => events.close());
  const changed: Changed[] = [];
  const peaks: number[] = [];
  const untouched: number[] = [];
  const heard: number[] = [];
  const changeMeter = new CpuMeter({ hub: stage.hub.child.pid, agents: [cluster.agent.pid] });
  const nobodyMeter = new CpuMeter({ hub: stage.hub.child.pid, agents: [cluster.agent.pid] });
  for (let run = 1 - WARM_UP; run <= runs; run += 1) {
    await pause();
    const commit = await repository.commit({ [settingsPath(MEASURED)]: settings(MEASURED, `measured ${run}`) }, `change of one application ${run}`);
    changeMeter.start();
    const one = await untilApplied(stage, cluster, name, events, commit);
    // Looking at memory takes CPU time of its own: from the first fetch to the end of the runs that are not timed.
    if (run === 0) peaks.push(peak.stop() - memoryBefore);
    if (run >= 1) {
      changeMeter.stop();
      changed.push(one);
    }
    await pause();
    const nobody = await repository.commit({ [libraryPath(files - 1)]: `// nobody renders this: ${run}\n` }, `change of a library ${run}`);
    const before = await orders(database);
    cluster.auditLog.mark();
    nobodyMeter.start();
    const from = wallMs();
    await Promise.all([stage.tellOfPush(), untilEvaluated(database, nobody, applications)]);
    const took = wallMs() - from;
    if (run < 1) continue;
    nobodyMeter.stop();
    untouched.push(took);
    heard.push((await orders(database)) - before + cluster.auditLog.writes().filter(({ namespace }) => namespace === name).length);
    progress(`run ${run} of ${runs}: applied after ${one.appliedMs.toFixed(0)} ms; compared for everybody after ${took.toFixed(0)} ms`);
  }
  const memoryAfter = memoryOf(cluster.agent.pid).residentMb;
  return {
    parameters: { files, commits, applications, runs, kubernetes },
    figures: [
      { name: 'one application changed: webhook sent -> release made', unit: 'ms', values: changed.map((one) => one.releasedMs) },
      { name: 'one application changed: -> order signed', unit: 'ms', values: changed.map((one) => one.assignedMs) },
      { name: 'one application changed: -> rendered and written (first write)', unit: 'ms', values: changed.map((one) => one.firstWriteMs), goal: { number: 16, statistic: 'median', atMost: 500 } },
      { name: 'one application changed: -> applied (last write answered)', unit: 'ms', values: changed.map((one) => one.appliedMs) },
      { name: 'agent: resident memory, more than before it saw the repository', unit: 'MB', values: [memoryAfter - memoryBefore], goal: { number: 16, statistic: 'median', atMost: 128 } },
      { name: 'agent and the git below it, first fetch and one more: most at once, more than before', unit: 'MB', values: peaks, goal: { number: 16, statistic: 'p99', atMost: 128 } },
      { name: 'nobody\'s file changed: webhook sent -> compared for every application', unit: 'ms', values: untouched },
      { name: 'nobody\'s file changed: orders made and writes to the cluster', unit: 'count', values: heard, goal: { number: 17, statistic: 'p99', atMost: 0 } },
      { name: 'first look at the whole repository, every application released', unit: 's', values: [firstMs / 1000] },
      ...changeMeter.figures('one application changed'),
      ...nobodyMeter.figures('nobody\'s file changed'),
    ],
    notes: [
      kubernetes === 'real' ? REAL_NOTE : SANDBOX_NOTE,
      'every application follows the same branch of the same repository; one of them matches the cluster, the others match none',
      'compared: the row of every application names the commit; orders: generations of all clusters together; the first write cannot come before the content is fetched and rendered',
      'hub with its embedded PostgreSQL (fsync on), agent, and Git over HTTP (git http-backend) are real processes on this machine',
    ],
  };
}

interface Changed {
  readonly releasedMs: number;
  readonly assignedMs: number;
  readonly firstWriteMs: number;
  readonly appliedMs: number;
}

async function untilApplied(stage: BenchStage, cluster: BenchCluster, name: string, events: TargetEvents, commit: string): Promise<Changed> {
  cluster.auditLog.mark();
  const running = events.next(`${name} runs ${commit.slice(0, 8)}`, DEADLINE_MS, runsCommit(commit));
  const from = wallMs();
  const [, { event }] = await Promise.all([stage.tellOfPush(), running]);
  const writes = cluster.auditLog.writes().filter(({ namespace, userAgent }) => namespace === name && userAgent.startsWith('capstan'));
  if (event.assigned === null || writes.length === 0) throw new Error('the target runs without an order or a write');
  const since = (time: string): number => parseTimeMs(time) - from;
  return {
    releasedMs: since(event.assigned.release.createdAt), assignedMs: since(event.assigned.assignedAt),
    firstWriteMs: Math.min(...writes.map(({ time }) => since(time))), appliedMs: Math.max(...writes.map(({ answeredAt }) => since(answeredAt))),
  };
}

const nameOf = (index: number): string => `app-${String(index).padStart(5, '0')}`;

async function createApplications({ hub }: BenchStage, count: number): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const selector = index === MEASURED ? { all: true } : { matchLabels: { env: 'nowhere' } };
      await hub.api.mutate('createApplication', { project: 'default', name: nameOf(index), spec: { source: { repository: 'fleet', ref: 'main', path: applicationPath(index) }, selector, namespace: nameOf(index) } });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function headOf({ repository }: BenchStage): Promise<string> {
  const head = await repository.head();
  if (head === undefined) throw new Error('the repository has no commit');
  return head;
}

async function orders(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ sum: string }>('SELECT coalesce(sum(desired_seq), 0) AS sum FROM clusters');
  return Number(rows[0]?.sum);
}

async function untilEvaluated(database: pg.Client, commit: string, applications: number): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const { rows } = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM applications WHERE evaluated_commit = $1', [commit]);
    if (rows[0]?.count === applications) return;
    if (performance.now() > end) throw new Error(`not within ${DEADLINE_MS} ms: every application is compared with ${commit}; ${rows[0]?.count ?? 0} are`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, APART_MS));
