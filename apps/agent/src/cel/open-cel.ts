import { err, errorMessage, type MonotonicClock, type Timers } from '#kernel';
import type { CelEvaluator } from './cel.ports.js';

/** The evaluator of this process. Nothing of it is loaded before something is to be evaluated: an agent without rules pays nothing for them. */
export function openCel(deps: { readonly timers: Timers; readonly monotonic: MonotonicClock }): CelEvaluator {
  let lane: Promise<CelEvaluator> | undefined;
  const open = async (): Promise<CelEvaluator> => {
    const { CelLane } = await import('./cel-lane.js');
    return new CelLane(deps);
  };
  return {
    async evaluate(asker, expressions, variables) {
      lane ??= open();
      try {
        return await (await lane).evaluate(asker, expressions, variables);
      } catch (error) {
        lane = undefined;
        return expressions.map(() => err({ code: 'UNAVAILABLE', message: `expressions cannot be evaluated here: ${errorMessage(error)}` }));
      }
    },
    close: async () => (await lane?.catch(() => undefined))?.close(),
  };
}
