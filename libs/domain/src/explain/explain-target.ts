import { explainMatch } from './explain-match.js';
import { explainMove } from './explain-move.js';
import { explainOutcome } from './explain-outcome.js';
import type { Explanation, ExplanationStep, KnownToExplain } from './explanation.types.js';

/**
 * Why an application is on a cluster as it is, or is not there: every link of the chain, in order. The first step that is not ok is what stands in
 * the way, and `next` tells the way on from there. Pure; it answers for a cluster that is not selected too.
 */
export function explainTarget(known: KnownToExplain): Explanation {
  const steps = [...explainMatch(known), ...explainMove(known), ...explainOutcome(known)];
  return { steps, next: nextOf(known, steps) };
}

function nextOf({ application, cluster, target }: KnownToExplain, steps: readonly ExplanationStep[]): Explanation['next'] {
  const first = steps.find((step) => !step.isOk);
  // What failed in a rollout is told by the step; what opens the rollout again by the hurdle behind it.
  const wayOn = [first, ...steps.filter((step) => !step.isOk)].find((step) => step?.wayOn !== undefined);
  if (wayOn?.wayOn !== undefined) return { message: wayOn.wayOn, at: wayOn.until };
  if (first !== undefined) return { message: first.message, at: first.until };
  if (target === undefined) return { message: `The hub makes the target ${application.name}@${cluster.name} by itself, within seconds.`, at: undefined };
  return { message: 'Nothing to do: the next release comes with a rollout.', at: undefined };
}
