import type { Failpoints } from '#kernel';
import { killAtFailpoint, type DeadlyFailpoint } from '#runtime';
import { AGENT_FAILPOINTS } from './reconcile/agent-failpoints.js';
import { REPLACE_FAILPOINTS } from './reconcile/replace-failpoints.js';
import { STATE_FAILPOINTS } from './state/index.js';

/** @throws RangeError for a name that this agent does not have */
export function killAgentAt(failpoint: DeadlyFailpoint): Failpoints {
  return killAtFailpoint(failpoint, [...AGENT_FAILPOINTS, ...REPLACE_FAILPOINTS, ...STATE_FAILPOINTS]);
}
