import { applyOptionsOf, done, objectRefOf, sortOutHooks, type StepOutcome } from '#domain';
import { prepareObjects } from '../../apply/prepare-objects.js';
import type { Announced, Declared, Step, StepContext, WithContent } from '../step.js';

/**
 * Tells those who have it what a release that is not applied yet declares, before anything can hold it: what it needs may not be ready, its own prune may wait for a
 * person, a kind may be missing. Until it claims its objects, or no longer declares them, nobody removes what is to move here.
 */
export const announceContent: Step<WithContent, Announced> = async (context, input) => {
  const { runtime, index, directory } = context;
  if (runtime.inventory?.head.applied?.contentKey === input.contentKey) return done({ ...input, declared: undefined });
  const declared = await declaredIn(context, input);
  if (declared.kind !== 'done') return declared;
  directory.wake(index.expect(runtime.target, declared.value.refs));
  runtime.claimedOrder = context.inForce;
  return done({ ...input, declared: declared.value });
};

/** A kind that is not served may come with a dependency, and nobody has an object of it until then. */
async function declaredIn({ ports, owner, signal }: StepContext, { content, order }: WithContent): Promise<StepOutcome<Declared>> {
  const wanted = content.objects.filter(({ metadata }) => applyOptionsOf(metadata).mode !== 'SKIP');
  const prepared = await prepareObjects(wanted, { cluster: ports.cluster, owner, namespace: order.release.namespace, maxCalls: ports.settings.maxCalls, signal, isLenient: true });
  if (prepared.kind !== 'done') return prepared;
  const sorted = sortOutHooks(prepared.value);
  // What cannot be sorted out fails once it may begin; until then the safer reading counts: it declares all of it.
  const objects = sorted.ok ? [...sorted.value.objects, ...sorted.value.hooks.map(({ object }) => object)] : prepared.value;
  return done({ refs: objects.map(objectRefOf), objects: prepared.value.length === wanted.length ? prepared.value : undefined });
}
