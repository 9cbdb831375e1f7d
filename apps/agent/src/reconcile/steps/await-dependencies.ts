import { done, objectKey, wait } from '#domain';
import { giveAway } from '../give-away.js';
import type { Announced, Step } from '../step.js';

/** News of a dependency wakes the target; this is for the case that none comes. */
const LOOK_MS = 60_000;

/**
 * Holds a release until the applications that it needs are healthy here with what they were told to run. What is applied already is never
 * held: its drift is healed whatever happens to others.
 */
export const awaitDependencies: Step<Announced, Announced> = async (context, input) => {
  const { runtime, dependencies } = context;
  const { declared } = input;
  const missing = declared === undefined ? [] : dependencies.missingFor(runtime.target, input.order);
  if (missing.length === 0) return done(input);
  // What it waits for may in turn wait for an object of it. A release that cannot be read whole gives nothing away.
  const given = declared?.objects !== undefined ? await giveAway(context, new Set(declared.refs.map(objectKey))) : done();
  return given.kind === 'done' ? wait(LOOK_MS, 'DEPENDENCY_NOT_READY', missing.join('; ')) : given;
};
