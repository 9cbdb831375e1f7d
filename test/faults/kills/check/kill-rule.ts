import type { Attributed } from './assignments.js';
import type { KillEvidence } from './kill-evidence.js';
import type { Names } from './names.js';

/** What every rule is given: the evidence, and which rollout each order was for. */
export interface Case extends Attributed {
  readonly evidence: KillEvidence;
  readonly names: Names;
}

/** One promise: what of the evidence breaks it, as sentences. Pure. */
export type KillRule = (given: Case) => readonly string[];
