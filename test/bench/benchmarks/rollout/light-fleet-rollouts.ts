import type { BenchResult, Figure, Progress } from '../../benchmark.js';
import { CpuMeter } from '../../measure/cpu-meter.js';
import { untilRolledOut } from '../../measure/rollouts-of-commit.js';
import type { BenchOptions } from '../../options.js';
import type { BenchStage } from '../../setup/bench-stage.js';
import { openHubDatabase } from '../../setup/hub-database.js';
import { LIGHT_NOTE, startLightFleet, type LightFleet } from '../../setup/light-fleet.js';
import { filesOf } from '../../setup/many-objects.js';
import { ringedClusters, STAGES_NOTE, THREE_STAGES } from './three-stages.js';
import { figuresOf, timeRollouts, type RolloutsToTime, type TimedRollouts } from './timed-rollouts.js';

const CLUSTERS = 100;
const APPLICATIONS = 100;
const RUNS = 3;
const WARM_UP = 1;
const OBJECTS = 4;
const AT_ONCE = 8;
const APART_MS = 1_000;
const AT_ONCE_STRATEGY = { kind: 'ALL_AT_ONCE' } as const;

/** What the hub and its database take: one rollout in three stages, then many rollouts at once. */
export async function measureLightFleet(stage: BenchStage, options: BenchOptions, progress: Progress): Promise<BenchResult> {
  const { clusters = CLUSTERS, many: applications = APPLICATIONS, runs = RUNS } = options;
  const database = await openHubDatabase(stage.hub);
  stage.builder.adopt(() => database.end());
  const fleet = await startLightFleet(stage, ringedClusters(clusters));
  progress(`${clusters} light agents are connected`);
  const names = Array.from({ length: applications }, (_, index) => `app-${String(index).padStart(3, '0')}`);
  const targets = applications * clusters;
  let revision = 1;

  await createAll(stage, ['one'], THREE_STAGES, revision);
  await firstRun(1, clusters);
  const one = await measure('a rollout in 3 stages, light agents', 1, clusters, ['one'], { number: 5, atMost: 5_000 });

  await createAll(stage, names, AT_ONCE_STRATEGY, (revision += 1));
  await firstRun(applications, targets);
  progress(`${targets} targets run`);
  const atOnce = await measure(`${applications} rollouts of ${clusters} at once, ALL_AT_ONCE`, applications, targets, names, { number: 6, atMost: 10_000 });
  await forEach(names, (name) => stage.hub.api.mutate('updateApplication', { name, spec: specOf(name) }));
  const staged = await measure(`${applications} rollouts of ${clusters} at once, default stages`, applications, targets, names, { number: 6, atMost: 10_000 });
  return {
    parameters: { clusters, applications, targets, runs },
    figures: [...one, ...atOnce, ...staged],
    notes: [LIGHT_NOTE, STAGES_NOTE, `many at once: one commit changes the paths of ${applications} applications, each with a rollout over all clusters; default stages are one cluster, 20 %, the rest`],
  };

  async function firstRun(rollouts: number, count: number): Promise<void> {
    const commit = await stage.repository.head();
    if (commit === undefined) throw new Error('the repository has no commit');
    await untilRolledOut(database, commit, { rollouts, targets: count });
  }

  async function measure(what: string, rollouts: number, count: number, changed: readonly string[], goal: Parameters<typeof figuresOf>[2]): Promise<readonly Figure[]> {
    const meter = new CpuMeter({ hub: stage.hub.child.pid, agents: [fleet.pid] });
    const timed: TimedRollouts[] = [];
    for (let run = 1 - WARM_UP; run <= runs; run += 1) {
      await new Promise((resolve) => setTimeout(resolve, APART_MS));
      const done = await timeRollouts(stage, revisionOf(changed, (revision += 1)), { database, meter: run < 1 ? new CpuMeter({ hub: stage.hub.child.pid, agents: [] }) : meter, rollouts, targets: count } satisfies RolloutsToTime);
      await judge(fleet, done.commit, count);
      if (run < 1) continue;
      timed.push(done);
      progress(`${what}, run ${run} of ${runs}: ${(done.done - done.seen).toFixed(0)} ms`);
    }
    return [...figuresOf(what, timed, goal), ...meter.figures(what)];
  }
}

/** The agents have the last word: each target holds an order of the commit, and none was sent twice. */
async function judge(fleet: LightFleet, commit: string, targets: number): Promise<void> {
  const held = await fleet.holdings(commit);
  if (held.targets !== targets || held.repeated !== 0) throw new Error(`the agents hold ${held.targets} orders of the commit instead of ${targets}; ${held.repeated} came twice`);
}

async function createAll(stage: BenchStage, names: readonly string[], strategy: object, revision: number): Promise<void> {
  await stage.repository.commit(revisionOf(names, revision), 'first');
  await stage.tellOfPush();
  await forEach(names, (name) => stage.hub.api.mutate('createApplication', { name, spec: { ...specOf(name), strategy } }));
}

/** Without a strategy: the default stages. */
function specOf(name: string): object {
  return { source: { repository: 'fleet', ref: 'main', path: `apps/${name}` }, selector: { all: true }, namespace: name };
}

function revisionOf(names: readonly string[], revision: number): Readonly<Record<string, string>> {
  return Object.assign({}, ...names.map((name) => filesOf(`apps/${name}`, 0, OBJECTS, revision))) as Readonly<Record<string, string>>;
}

async function forEach(names: readonly string[], act: (name: string) => Promise<unknown>): Promise<void> {
  const queue = names.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const name of queue) await act(name);
  }));
}
