import type { Benchmark, BenchResult } from '../benchmark.js';
import { withBenchStage } from '../setup/bench-stage.js';
import { measureLightFleet } from './rollout/light-fleet-rollouts.js';
import { measureRealAgents } from './rollout/real-agents-rollout.js';

export const rollout: Benchmark = {
  name: 'rollout',
  summary: 'a staged rollout over 100 clusters, and 100 rollouts of 100 targets at once (goals 5 and 6)',
  run: async (options, progress) => together([
    await withBenchStage(options, (stage) => measureLightFleet(stage, options, progress)),
    await withBenchStage(options, (stage) => measureRealAgents(stage, options, progress)),
  ]),
};

function together(results: readonly BenchResult[]): BenchResult {
  return {
    parameters: Object.assign({}, ...results.map(({ parameters }) => parameters)) as BenchResult['parameters'],
    figures: results.flatMap(({ figures }) => figures),
    notes: results.flatMap(({ notes }) => notes),
  };
}
