import { compareApplied, type Health, type KubeObject, type ObjectRef, type Tolerance } from '#domain';
import type { ObservedObject } from '../reconcile/target-runtime.js';

/**
 * What one look at an object says: its health, and whether it is as applied. Pure.
 *
 * @param sent as we sent it last; undefined: not known, so drift cannot be told
 * @param live undefined only when the server said that the object does not exist
 * @param judged the health of `live`
 * @param tolerance which differences are no drift
 */
export function observeObject(ref: ObjectRef, sent: KubeObject | undefined, live: KubeObject | undefined, { health, message }: Health, tolerance: Tolerance): ObservedObject {
  return { ref, health, message, drift: sent === undefined ? undefined : compareApplied(sent, live, tolerance), resourceVersion: live?.metadata.resourceVersion };
}
