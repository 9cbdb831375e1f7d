import { ok, type Result } from '#kernel';
import { differs, NO_TOLERANCE, objectKey, objectRefOf, type KubeObject, type Tolerance } from '#domain';
import type { KubeFailure } from '#kube';
import type { StepContext } from '../reconcile/step.js';
import { findCover } from './find-cover.js';

/** The differences between an object and what is live that are no drift. An object that does not differ is not asked about. */
export async function findTolerance(context: StepContext, declared: KubeObject | undefined, live: KubeObject | undefined): Promise<Result<Tolerance, KubeFailure>> {
  if (declared === undefined || live === undefined) return ok(NO_TOLERANCE);
  const { admitted, kept } = context.runtime.lastApplies.get(objectKey(objectRefOf(declared))) ?? NO_TOLERANCE;
  if (!differs(declared, live, kept)) return ok(NO_TOLERANCE);
  const cover = await findCover(context, declared, live, false);
  return cover.ok ? ok({ cover: cover.value, admitted, kept }) : cover;
}
