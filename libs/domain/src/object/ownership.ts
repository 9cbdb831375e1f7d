import { digestOf } from '#kernel';
import type { HubId } from '../ids.js';
import type { ObjectMeta } from './kube-object.js';

/** Server-side apply's field manager on everything that an agent applies. */
export const FIELD_MANAGER = 'capstan';
/** Annotation on every applied object: `<hub id>/<project>/<application>`. It survives a rebuilt hub. */
export const OWNER_ANNOTATION = 'capstan.dev/owner';
/** Short hashed label on every applied object, for watches: value from `targetLabelValue`. */
export const TARGET_LABEL = 'capstan.dev/target';
/** Annotation that puts an object under the prune guard. */
export const PROTECT_ANNOTATION = 'capstan.dev/protect';
/** Annotations and labels under this prefix are ours; of these, authors may set AUTHOR_ANNOTATIONS alone. */
export const RESERVED_PREFIX = 'capstan.dev/';
/** The one namespace that no application may touch; the agent's own. Its name may differ by configuration. */
export const DEFAULT_AGENT_NAMESPACE = 'capstan-system';

export function ownerAnnotation(hub: HubId, project: string, application: string): string {
  return `${hub}/${project}/${application}`;
}

/** A label value of 16 hex digits that stands for the owner annotation, which is too long for a label. */
export function targetLabelValue(owner: string): string {
  return digestOf(owner).slice('sha256:'.length, 'sha256:'.length + 16);
}

/** Whether an object asks for the prune guard: the annotation is there and does not say `false`. */
export function isProtected(meta: ObjectMeta): boolean {
  const value = meta.annotations?.[PROTECT_ANNOTATION];
  return value !== undefined && value !== 'false';
}
