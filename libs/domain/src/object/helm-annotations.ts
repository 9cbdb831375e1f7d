import type { ObjectMeta } from './kube-object.js';

const RESOURCE_POLICY = 'helm.sh/resource-policy';

/** Whether an object asks to stay where it is when it is no longer declared, or its application goes. */
export function isKept(meta: ObjectMeta): boolean {
  return meta.annotations?.[RESOURCE_POLICY]?.trim().toLowerCase() === 'keep';
}
