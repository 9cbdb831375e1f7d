import type { ObjectMeta } from './kube-object.js';

const HOOK = 'helm.sh/hook';
const RESOURCE_POLICY = 'helm.sh/resource-policy';
const INSTALL_OR_UPGRADE: readonly string[] = ['pre-install', 'post-install', 'pre-upgrade', 'post-upgrade'];

/**
 * What becomes of an object that a chart marks as a hook. Hooks of tests, rollback and deletion are never applied: applied as ordinary
 * objects, the job that cleans up before a deletion would run at the installation. Hooks of install and upgrade would have run at their
 * time; applied as ordinary objects they would run at another, and again whenever Kubernetes cleans them up. Pure.
 */
export function hookOf(meta: ObjectMeta): 'NONE' | 'NEVER_APPLIED' | 'INSTALL_OR_UPGRADE' {
  const hook = meta.annotations?.[HOOK];
  if (hook === undefined) return 'NONE';
  return hook.split(',').some((event) => INSTALL_OR_UPGRADE.includes(event.trim().toLowerCase())) ? 'INSTALL_OR_UPGRADE' : 'NEVER_APPLIED';
}

/** Whether an object asks to stay where it is when it is no longer declared, or its application goes. */
export function isKept(meta: ObjectMeta): boolean {
  return meta.annotations?.[RESOURCE_POLICY]?.trim().toLowerCase() === 'keep';
}
