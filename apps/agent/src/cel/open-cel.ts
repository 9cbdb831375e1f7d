import type { MonotonicClock, Timers } from '#kernel';
import type { CelEvaluator } from './cel.ports.js';

/** The evaluator of this process. Nothing of it is loaded before something is to be evaluated: an agent without rules pays nothing for them. */
export function openCel(deps: { readonly timers: Timers; readonly monotonic: MonotonicClock }): CelEvaluator {
  let lane: Promise<CelEvaluator> | undefined;
  const open = async (): Promise<CelEvaluator> => {
    const { CelLane } = await import('./cel-lane.js');
    return new CelLane(deps);
  };
  return {
    evaluate: async (asker, expressions, variables) => (await (lane ??= open())).evaluate(asker, expressions, variables),
    close: async () => (await lane)?.close(),
  };
}
