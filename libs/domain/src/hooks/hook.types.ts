import type { KubeObject } from '../object/kube-object.js';

/** What a hook waits for. A target's first release is an install, later ones are upgrades. */
export const HOOK_EVENTS = [
  'before-install', 'before-upgrade', 'apply', 'after-install', 'after-upgrade', 'on-failure', 'before-removal', 'after-removal', 'test', 'gate',
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** A part of a pass in which hooks run. */
export const HOOK_PHASES = ['before', 'apply', 'after', 'on-failure', 'before-removal', 'after-removal'] as const;
export type HookPhase = (typeof HOOK_PHASES)[number];

/** When the object of a hook is deleted. */
export type HookDelete = 'before-creation' | 'succeeded' | 'failed';

/** Whose words the object is a hook by. */
export type HookDialect = 'CAPSTAN' | 'ARGO_CD' | 'HELM';

/** An object that is run at a time of its own, once per release, instead of being kept. */
export interface Hook {
  readonly object: KubeObject;
  readonly dialect: HookDialect;
  /** Empty: it is never run. */
  readonly events: ReadonlySet<HookEvent>;
  readonly wave: number;
  readonly deletes: ReadonlySet<HookDelete>;
  readonly deadlineMs: number;
}
