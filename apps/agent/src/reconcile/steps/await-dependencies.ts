import { done, wait } from '#domain';
import type { Step, WithContent } from '../step.js';

/** News of a dependency wakes the target; this is for the case that none comes. */
const LOOK_MS = 60_000;

/**
 * Holds a release until the applications that it needs are healthy here with what they were told to run. What is applied already is never
 * held: its drift is healed whatever happens to others.
 */
export const awaitDependencies: Step<WithContent, WithContent> = async ({ runtime, dependencies }, input) => {
  const isApplied = runtime.inventory?.head.applied?.contentKey === input.contentKey;
  const missing = isApplied ? [] : dependencies.missingFor(runtime.target, input.order);
  return missing.length === 0 ? done(input) : wait(LOOK_MS, 'DEPENDENCY_NOT_READY', missing.join('; '));
};
