import { applyOptionsOf, done, objectKey, objectRefOf, sortOutHooks, wait, type ObjectRef, type StepOutcome } from '#domain';
import { prepareObjects } from '../../apply/prepare-objects.js';
import { giveAway } from '../give-away.js';
import type { Step, StepContext, WithContent } from '../step.js';

/** News of a dependency wakes the target; this is for the case that none comes. */
const LOOK_MS = 60_000;

/**
 * Holds a release until the applications that it needs are healthy here with what they were told to run. What is applied already is never
 * held: its drift is healed whatever happens to others. What a held release declares is known to those who have it, so that none of them removes
 * what is to move here.
 */
export const awaitDependencies: Step<WithContent, WithContent> = async (context, input) => {
  const { runtime, dependencies, index, directory } = context;
  const isApplied = runtime.inventory?.head.applied?.contentKey === input.contentKey;
  const missing = isApplied ? [] : dependencies.missingFor(runtime.target, input.order);
  if (missing.length === 0) return done(input);
  const declared = await declaredIn(context, input);
  if (declared.kind !== 'done') return declared;
  directory.wake(index.expect(runtime.target, declared.value.refs));
  runtime.claimedOrder = context.inForce;
  // What it waits for may in turn wait for an object of it. A release that cannot be read whole gives nothing away.
  const given = declared.value.isWhole ? await giveAway(context, new Set(declared.value.refs.map(objectKey))) : done();
  return given.kind === 'done' ? wait(LOOK_MS, 'DEPENDENCY_NOT_READY', missing.join('; ')) : given;
};

interface Declared {
  /** What the release will ask for. */
  readonly refs: readonly ObjectRef[];
  /** Nothing of it was left out because it cannot be prepared. */
  readonly isWhole: boolean;
}

/** A kind that is not served may come with a dependency, and nobody has an object of it until then. */
async function declaredIn({ ports, owner, signal }: StepContext, { content, order }: WithContent): Promise<StepOutcome<Declared>> {
  const wanted = content.objects.filter(({ metadata }) => applyOptionsOf(metadata).mode !== 'SKIP');
  const prepared = await prepareObjects(wanted, { cluster: ports.cluster, owner, namespace: order.release.namespace, maxCalls: ports.settings.maxCalls, signal, isLenient: true });
  if (prepared.kind !== 'done') return prepared;
  const sorted = sortOutHooks(prepared.value);
  // What cannot be sorted out fails once it may begin; until then the safer reading counts: it declares all of it.
  const objects = sorted.ok ? [...sorted.value.objects, ...sorted.value.hooks.map(({ object }) => object)] : prepared.value;
  return done({ refs: objects.map(objectRefOf), isWhole: sorted.ok && prepared.value.length === wanted.length });
}
