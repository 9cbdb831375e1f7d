import type { Benchmark, BenchResult, Figure, Progress } from '../benchmark.js';
import { CpuMeter } from '../measure/cpu-meter.js';
import { parseTimeMs, wallMs } from '../measure/now.js';
import { rawApplyMs } from '../measure/raw-apply.js';
import type { BenchOptions } from '../options.js';
import { startApplication, whenRuns, type BenchApplication } from '../setup/bench-application.js';
import { joinBenchCluster, REAL_NOTE, SANDBOX_NOTE, type BenchCluster } from '../setup/bench-cluster.js';
import { withBenchStage, type BenchStage } from '../setup/bench-stage.js';
import { filesOf, OBJECTS_NOTE } from '../setup/many-objects.js';
import { untilConnected } from '../setup/until-connected.js';

const RUNS = 7;
const WARM_UP = 1;
/** The hub looks at a repository at most once a second: a commit that comes sooner would measure that. */
const APART_MS = 1_500;

/** Milliseconds from the webhook on. */
interface Timeline {
  readonly heard: number;
  readonly released: number;
  readonly assigned: number;
  readonly firstWrite: number;
  readonly applied: number;
  readonly healthy: number;
  readonly shown: number;
  readonly writes: number;
}

const STEPS: readonly (readonly [keyof Timeline, string])[] = [
  ['heard', 'webhook answered'], ['released', 'release made'], ['assigned', 'order signed'], ['firstWrite', 'first write reaches the cluster'],
  ['applied', 'last write answered: applied'], ['healthy', 'seen healthy by the agent'], ['shown', 'reported: a subscriber is told'],
];

/** Of what a commit does to the application, one after the other in each run. */
const KINDS = [['create', 'creates all but one'], ['change', 'changes every one'], ['one', 'changes one']] as const;
type Kind = (typeof KINDS)[number][0];

export const apply: Benchmark = {
  name: 'apply',
  summary: 'webhook -> applied, healthy and reported: one application on one cluster (goal 11)',
  run: (options, progress) => withBenchStage(options, (stage) => measure(stage, options, progress)),
};

async function measure(stage: BenchStage, options: BenchOptions, progress: Progress): Promise<BenchResult> {
  const { kubernetes, objects } = options;
  const runs = options.runs ?? RUNS;
  progress(`hub ready; starting a ${kubernetes} cluster`);
  const cluster = await joinBenchCluster(stage, { name: 'bench', kubernetes });
  await untilConnected(stage, [cluster]);
  const meter = new CpuMeter({ hub: stage.hub.child.pid, agents: [cluster.agent.pid] });
  const timelines: Record<Kind, Timeline[]> = { create: [], change: [], one: [] };
  const raw: number[] = [];
  for (let run = 1 - WARM_UP; run <= runs; run += 1) {
    const application = await startApplication(stage, `bench-${run + WARM_UP}`, 1, 1);
    const files: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
      create: filesOf(application.path, 1, objects, 1), change: filesOf(application.path, 0, objects, 2), one: filesOf(application.path, 0, 1, 3),
    };
    for (const [kind] of KINDS) {
      if (kind === 'create' && objects === 1) continue;
      await pause();
      if (kind === 'change') meter.start();
      const timeline = await commitAndWait(stage, cluster, application, files[kind]);
      if (kind === 'change' && run >= 1) meter.stop();
      if (run >= 1) timelines[kind].push(timeline);
    }
    await remove(stage, application);
    const baseline = await rawApplyMs(cluster.admin, `${application.name}-raw`, Object.values(filesOf('', 0, objects, 1)), Object.values(filesOf('', 0, objects, 2)));
    if (run >= 1) raw.push(baseline);
    const { applied, shown } = timelines.change.at(-1) ?? { applied: 0, shown: 0 };
    progress(run < 1 ? 'warmed up' : `run ${run} of ${runs}: every object changed, applied after ${applied.toFixed(0)} ms, reported after ${shown.toFixed(0)} ms`);
  }
  return {
    parameters: { objects, runs, kubernetes },
    figures: [
      ...KINDS.filter(([kind]) => timelines[kind].length > 0).flatMap(([kind, what]) => figuresOf(what, timelines[kind], kind === 'change')),
      { name: 'baseline: bare applies of every object, 10 at once', unit: 'ms', values: raw },
      { name: 'commit changes every one: applied, against the baseline', unit: 'times', values: timelines.change.map(({ applied }, index) => applied / (raw[index] ?? Number.NaN)) },
      ...meter.figures('a commit that changes every object'),
    ],
    notes: [
      kubernetes === 'real' ? REAL_NOTE : SANDBOX_NOTE,
      'hub with its embedded PostgreSQL (fsync on), agent, and Git over HTTP (git http-backend) are real processes on this machine; hub and agent talk gRPC over mTLS',
      'time 0: the branch has moved and the webhook is about to be sent; written and applied: by the audit log of the API server; reported: the message of a GraphQL subscription has come',
      'baseline: the same client applies the same change to the same cluster in the same run, with no Git, no hub, no dry-run and no record',
      OBJECTS_NOTE, 'commits are 1.5 s or more apart',
    ],
  };
}

async function commitAndWait(stage: BenchStage, cluster: BenchCluster, application: BenchApplication, files: Readonly<Record<string, string>>): Promise<Timeline> {
  const commit = await stage.repository.commit(files, 'measured');
  cluster.auditLog.mark();
  const running = whenRuns(application, commit);
  const from = wallMs();
  const [heard, { event, atMs }] = await Promise.all([stage.tellOfPush().then(wallMs), running]);
  const writes = cluster.auditLog.writes().filter(({ namespace, userAgent }) => namespace === application.name && userAgent.startsWith('capstan'));
  const first = writes[0];
  if (event.assigned === null || event.observed.observedAt === null || first === undefined) throw new Error('the target runs without an order, a report or a write');
  const since = (time: string): number => parseTimeMs(time) - from;
  return {
    heard: heard - from, released: since(event.assigned.release.createdAt), assigned: since(event.assigned.assignedAt), firstWrite: Math.min(...writes.map(({ time }) => since(time))),
    applied: Math.max(...writes.map(({ answeredAt }) => since(answeredAt))), healthy: since(event.observed.observedAt), shown: atMs - from, writes: writes.length,
  };
}

function figuresOf(what: string, timelines: readonly Timeline[], hasGoal: boolean): readonly Figure[] {
  const steps = STEPS.map(([step, name]): Figure => {
    const goal = hasGoal && step === 'applied' ? { goal: { number: 11, statistic: 'median', atMost: 1_000 } as const } : {};
    return { name: `commit ${what}: ${name}`, unit: 'ms', values: timelines.map((timeline) => timeline[step]), ...goal };
  });
  return [...steps, { name: `commit ${what}: writes`, unit: 'count', values: timelines.map(({ writes }) => writes) }];
}

/** The next run begins with an empty cluster. */
async function remove(stage: BenchStage, { name, events }: BenchApplication): Promise<void> {
  const gone = events.next(`${name} is gone`, 120_000, ({ sync }) => sync === 'REMOVED');
  await Promise.all([gone, stage.hub.api.mutate('deleteApplication', { project: 'default', name, mode: 'DELETE' })]);
  await events.close();
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, APART_MS));
