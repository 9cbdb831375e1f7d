import type { Violation } from '../../check/evidence.js';
import { attribute } from './assignments.js';
import type { KillEvidence } from './kill-evidence.js';
import type { Case, KillRule } from './kill-rule.js';
import { namesOf } from './names.js';
import { acknowledgedIsKept } from './rules/acknowledged-is-kept.js';
import { assignedOnce } from './rules/assigned-once.js';
import { budgetsAreKept } from './rules/budgets-are-kept.js';
import { concurrencyIsKept } from './rules/concurrency-is-kept.js';
import { contentFollowsOrders } from './rules/content-follows-orders.js';
import { holdsAreKept } from './rules/holds-are-kept.js';
import { noneIsLost } from './rules/none-is-lost.js';
import { ordersRise } from './rules/orders-rise.js';
import { stagesKeepTheirOrder } from './rules/stages-keep-their-order.js';

export const KILL_RULES: Readonly<Record<string, KillRule>> = {
  'no target is assigned twice': assignedOnce,
  'no target is lost': noneIsLost,
  'stages keep their order': stagesKeepTheirOrder,
  'no more move at once than the stage allows': concurrencyIsKept,
  'nothing is assigned past a failure budget': budgetsAreKept,
  'holds are kept': holdsAreKept,
  'orders rise': ordersRise,
  'what runs follows orders': contentFollowsOrders,
  'nothing acknowledged is lost': acknowledgedIsKept,
};

/** Judges by the evidence alone. */
export function checkKills(evidence: KillEvidence): readonly Violation[] {
  const given: Case = { evidence, names: namesOf(evidence), ...attribute(evidence) };
  return Object.entries(KILL_RULES).flatMap(([rule, broken]) => broken(given).map((text) => ({ rule, text })));
}
