import type pg from 'pg';
import type { Benchmark, BenchResult, Progress } from '../benchmark.js';
import { CpuMeter } from '../measure/cpu-meter.js';
import { wallMs } from '../measure/now.js';
import type { BenchOptions } from '../options.js';
import { withBenchStage, type BenchStage } from '../setup/bench-stage.js';
import { openHubDatabase } from '../setup/hub-database.js';
import { filesOf } from '../setup/many-objects.js';

const CLUSTERS = 1_000;
const RUNS = 7;
const WARM_UP = 1;
const AT_ONCE = 8;
const APART_MS = 1_500;
const LOOK_MS = 5;
const DEADLINE_MS = 120_000;

/** Milliseconds from the webhook on. */
interface Assigned {
  readonly seen: number;
  readonly released: number;
  readonly first: number;
  readonly all: number;
}

export const assign: Benchmark = {
  name: 'assign',
  summary: 'a commit is seen -> orders for every cluster are signed and stored (the hub\'s part of goal 3)',
  run: (options, progress) => withBenchStage(options, (stage) => measure(stage, options, progress)),
};

async function measure(stage: BenchStage, options: BenchOptions, progress: Progress): Promise<BenchResult> {
  const { clusters = CLUSTERS } = options;
  const runs = options.runs ?? RUNS;
  const database = await openHubDatabase(stage.hub);
  stage.builder.adopt(() => database.end());
  const madeMs = await createClusters(stage, clusters);
  progress(`${clusters} clusters created in ${(madeMs / 1000).toFixed(1)} s`);
  const path = 'apps/bench';
  await stage.repository.commit(filesOf(path, 0, 3, 0), 'first');
  const spec = { source: { repository: 'fleet', ref: 'main', path }, selector: { all: true }, strategy: { kind: 'ALL_AT_ONCE' }, namespace: 'bench' };
  await stage.hub.api.mutate('createApplication', { project: 'default', name: 'bench', spec });
  await stage.tellOfPush();
  await untilAssigned(database, await headOf(stage), clusters);
  const meter = new CpuMeter({ hub: stage.hub.child.pid, agents: [] });
  const measured: Assigned[] = [];
  for (let run = 1 - WARM_UP; run <= runs; run += 1) {
    await new Promise((resolve) => setTimeout(resolve, APART_MS));
    const commit = await stage.repository.commit(filesOf(path, 0, 3, run + WARM_UP), `run ${run}`);
    meter.start();
    const from = wallMs();
    const [, times] = await Promise.all([stage.tellOfPush(), untilAssigned(database, commit, clusters)]);
    if (run < 1) continue;
    meter.stop();
    measured.push({ seen: times.seenAt - from, released: times.releasedAt - from, first: times.firstAt - from, all: times.allAt - from });
    progress(`run ${run} of ${runs}: ${(times.allAt - from).toFixed(0)} ms`);
  }
  return {
    parameters: { clusters, runs },
    figures: [
      { name: 'webhook sent -> commit seen', unit: 'ms', values: measured.map(({ seen }) => seen) },
      { name: 'commit seen -> release made', unit: 'ms', values: measured.map((one) => one.released - one.seen) },
      { name: 'commit seen -> first orders stored', unit: 'ms', values: measured.map((one) => one.first - one.seen) },
      { name: 'commit seen -> all orders signed and stored', unit: 'ms', values: measured.map((one) => one.all - one.seen), goal: { number: 3, statistic: 'p99', atMost: 1_000 } },
      { name: 'webhook sent -> all orders signed and stored', unit: 'ms', values: measured.map(({ all }) => all) },
      ...meter.figures('one commit'),
    ],
    notes: [
      'there are NO AGENTS: clusters are rows that wait for one. The goal is of agents that hold their assignment; this is the part of it that the hub does before it sends anything',
      'seen: the hub has written down where the branch is (repository_refs.changed_at); stored: a look into the table of targets every 5 ms finds the signed order of the new release committed',
      'each commit comes while the rollout of the one before is still open, as nobody reports: superseding it is in the time',
      'hub with its embedded PostgreSQL (fsync on) and Git over HTTP are real processes on this machine',
    ],
  };
}

/** Milliseconds that it took. */
async function createClusters({ hub }: BenchStage, count: number): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await hub.api.mutate('createCluster', { name: `cluster-${String(index).padStart(6, '0')}`, labels: { env: 'bench', shard: String(index % 10) } });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return performance.now() - startedAt;
}

async function headOf({ repository }: BenchStage): Promise<string> {
  const head = await repository.head();
  if (head === undefined) throw new Error('the repository has no commit');
  return head;
}

const STORED = `SELECT count(*)::int AS stored, min(r.created_at) AS released_at, (SELECT changed_at FROM repository_refs WHERE commit = $1) AS seen_at
  FROM targets t JOIN releases r ON r.id = t.assigned_release_id
  WHERE r.commit = $1 AND t.state = 'ACTIVE' AND NOT t.order_stale AND t.order_signature IS NOT NULL`;

interface Times {
  readonly seenAt: number;
  readonly releasedAt: number;
  readonly firstAt: number;
  readonly allAt: number;
}

async function untilAssigned(database: pg.Client, commit: string, clusters: number): Promise<Times> {
  const end = performance.now() + DEADLINE_MS;
  let firstAt: number | undefined;
  for (;;) {
    const { rows } = await database.query<{ stored: number; released_at: Date | null; seen_at: Date | null }>(STORED, [commit]);
    const [row] = rows;
    if (row !== undefined && row.stored > 0) firstAt ??= wallMs();
    if (row?.stored === clusters && row.released_at !== null && row.seen_at !== null && firstAt !== undefined) {
      return { seenAt: row.seen_at.getTime(), releasedAt: row.released_at.getTime(), firstAt, allAt: wallMs() };
    }
    if (performance.now() > end) throw new Error(`not within ${DEADLINE_MS} ms: ${clusters} orders are stored; there are ${row?.stored ?? 0}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
