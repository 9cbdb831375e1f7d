import { err, ok, type Result } from '#kernel';
import { contentKey, formatObjectRef, hookObject, isGuardedKind, objectRefOf, orderHooks, removalPolicyOf, secretTextsOf, testHooks, type AssignmentOrder } from '#domain';
import { TEST_LIMITS } from '#wire';
import { prepareObjects } from '../apply/prepare-objects.js';
import { ownerOf } from '../reconcile/order-desk.js';
import type { TargetRuntime } from '../reconcile/target-runtime.js';
import type { RequestFailure } from '../session/session.ports.js';
import type { TestToRun } from './run-tests.js';
import type { TestContext } from './test-context.js';

export interface TestPlan {
  readonly owner: string;
  readonly tests: readonly TestToRun[];
  /** Values of the release's Secrets, which no log may tell. */
  readonly secrets: readonly string[];
}

/** Why the release that a target is assigned cannot be tested as it stands; undefined: it can. Pure. */
export function whyUntestable(runtime: TargetRuntime | undefined, key?: string): string | undefined {
  const order = runtime?.order.order;
  if (runtime === undefined || order?.kind !== 'ASSIGNMENT') return 'the application is not on this cluster, or is being removed';
  const assigned = contentKey(order);
  if (key !== undefined && assigned !== key) return 'another release was assigned meanwhile: run the tests again when it is applied';
  if (runtime.inventory?.head.applied?.contentKey !== assigned) return 'the release that is assigned is not applied: capstan describe target says why';
  return undefined;
}

/** The tests of the release that is applied, as they are created for one run, in their order. All can be run, or the answer says which one cannot. */
export async function planTests({ ports, signal }: Pick<TestContext, 'ports' | 'signal'>, order: AssignmentOrder, run: string): Promise<Result<TestPlan, RequestFailure>> {
  const content = await ports.content.get(order.target, contentKey(order), signal);
  if (!content.ok) return refuse('UNAVAILABLE', content.error.message);
  if (content.value === undefined) return refuse('REFUSED', 'the release is not stored in the cluster any more: sync the application');
  const { objects } = content.value;
  const wanted = testHooks(objects).map(({ object }) => object);
  if (wanted.length === 0) return refuse('REFUSED', 'the release has no tests: an object is one with helm.sh/hook: test or capstan.dev/hook: test');
  if (wanted.length > TEST_LIMITS.tests) return refuse('REFUSED', `the release has ${wanted.length} tests, and ${TEST_LIMITS.tests} are the most`);
  const owner = ownerOf(order);
  const prepared = await prepareObjects(wanted, { cluster: ports.cluster, owner, namespace: order.release.namespace, maxCalls: ports.settings.maxCalls, signal });
  if (prepared.kind !== 'done') return refuse(prepared.kind === 'wait' ? 'UNAVAILABLE' : 'REFUSED', prepared.why.message);
  const kept = prepared.value.find(({ metadata }) => removalPolicyOf(metadata, 'TOMBSTONE') !== 'REMOVE');
  if (kept !== undefined) return refuse('REFUSED', `${formatObjectRef(objectRefOf(kept))} asks to be kept, and tests leave nothing: take the annotation away`);
  const guarded = prepared.value.map(objectRefOf).find(isGuardedKind);
  if (guarded !== undefined) return refuse('REFUSED', `${formatObjectRef(guarded)} holds data or other objects, and is never deleted unasked as tests are: make it an ordinary object of the release`);
  const tests = orderHooks(testHooks(prepared.value), 'test', false).flat().map((hook) => ({ hook, object: hookObject(hook, run, 'test') }));
  return ok({ owner, tests, secrets: secretTextsOf(objects) });
}

function refuse(code: RequestFailure['code'], message: string): Result<never, RequestFailure> {
  return err({ code, message });
}
