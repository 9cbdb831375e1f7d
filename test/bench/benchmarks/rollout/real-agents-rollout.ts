import type { BenchResult, Progress } from '../../benchmark.js';
import { CpuMeter } from '../../measure/cpu-meter.js';
import { untilRolledOut } from '../../measure/rollouts-of-commit.js';
import type { BenchOptions } from '../../options.js';
import type { BenchStage } from '../../setup/bench-stage.js';
import { openHubDatabase } from '../../setup/hub-database.js';
import { filesOf } from '../../setup/many-objects.js';
import { SANDBOX_FLEET_NOTE, startSandboxFleet } from '../../setup/sandbox-fleet.js';
import { ringedClusters, THREE_STAGES } from './three-stages.js';
import { figuresOf, timeRollouts, type TimedRollouts } from './timed-rollouts.js';

const CLUSTERS = 100;
const RUNS = 3;
const OBJECTS = 4;
const APART_MS = 3_000;
const NAME = 'shop';

/** One rollout in three stages with everything that takes part in it. */
export async function measureRealAgents(stage: BenchStage, options: BenchOptions, progress: Progress): Promise<BenchResult> {
  const { clusters = CLUSTERS, runs = RUNS } = options;
  const database = await openHubDatabase(stage.hub);
  stage.builder.adopt(() => database.end());
  const fleet = await startSandboxFleet(stage, ringedClusters(clusters));
  progress(`${clusters} agents are connected`);
  const path = `apps/${NAME}`;
  const first = await stage.repository.commit(filesOf(path, 0, OBJECTS, 0), 'first');
  await stage.tellOfPush();
  await stage.hub.api.mutate('createApplication', { name: NAME, spec: { source: { repository: 'fleet', ref: 'main', path }, selector: { all: true }, strategy: THREE_STAGES, namespace: NAME } });
  await untilRolledOut(database, first, { rollouts: 1, targets: clusters });
  const meter = new CpuMeter({ hub: stage.hub.child.pid, agents: fleet.agents });
  const timed: TimedRollouts[] = [];
  for (let run = 1; run <= runs; run += 1) {
    await new Promise((resolve) => setTimeout(resolve, APART_MS));
    timed.push(await timeRollouts(stage, filesOf(path, 0, OBJECTS, run), { database, meter, rollouts: 1, targets: clusters }));
    const reached = fleet.clustersAt(NAME, OBJECTS, run);
    if (reached !== clusters) throw new Error(`the rollout succeeded, but the commit is applied in ${reached} of ${clusters} clusters`);
    progress(`real agents, run ${run} of ${runs}: ${timed.at(-1)?.done.toFixed(0)} ms`);
  }
  const what = 'a rollout in 3 stages, real agents';
  return {
    parameters: { 'objects of each target, real agents': OBJECTS, 'runs with real agents': runs },
    figures: [...figuresOf(what, timed, { number: 5, atMost: 5_000 }), ...meter.figures(what)],
    notes: [SANDBOX_FLEET_NOTE],
  };
}
