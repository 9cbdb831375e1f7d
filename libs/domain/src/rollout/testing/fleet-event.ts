import type { ObservedTarget } from '../rollout.types.js';

/** Something that happens in a simulated fleet. Targets are counted from 0, round and round. */
export type FleetEvent =
  | { readonly kind: 'report'; readonly target: number; readonly says: Partial<ObservedTarget> }
  | { readonly kind: 'leave' | 'return' | 'remove' | 'hold' | 'lift' | 'block' | 'unblock' | 'deploy'; readonly target: number }
  /** A cluster comes to match: into the last stage, as the hub places it. */
  | { readonly kind: 'join' }
  | { readonly kind: 'approve' | 'fail-gate' | 'promote' | 'pause' | 'resume' | 'retry' }
  /** A check of a gate that waits has been decided for a target. */
  | { readonly kind: 'check'; readonly target: number; readonly verdict: 'PASSED' | 'FAILED' }
  | { readonly kind: 'wait'; readonly ms: number };
