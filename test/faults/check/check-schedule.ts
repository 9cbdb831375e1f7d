import type { Evidence, Violation } from './evidence.js';
import { converged } from './rules/converged.js';
import { deletesAreOrdered } from './rules/deletes-are-ordered.js';
import { generationsRise } from './rules/generations-rise.js';
import { lookUpsAreBounded } from './rules/look-ups-are-bounded.js';
import { nothingAcknowledgedIsLost } from './rules/nothing-acknowledged-is-lost.js';
import { releasesKeepTheOrderOfPushes } from './rules/releases-keep-the-order-of-pushes.js';
import { settingsAreCurrent } from './rules/settings-are-current.js';
import { writesAreCurrent } from './rules/writes-are-current.js';
import { writesStayInside } from './rules/writes-stay-inside.js';

/** One promise: what of the evidence breaks it, as sentences. Pure. */
export type Rule = (evidence: Evidence) => readonly string[];

export const RULES: Readonly<Record<string, Rule>> = {
  'no delete without an order': deletesAreOrdered,
  'no write outside of what was ordered': writesStayInside,
  'nothing older after something newer': writesAreCurrent,
  'no older setting after a newer one': settingsAreCurrent,
  'generations rise': generationsRise,
  'releases keep the order of pushes': releasesKeepTheOrderOfPushes,
  'nothing acknowledged is lost': nothingAcknowledgedIsLost,
  'one look-up per repository and interval': lookUpsAreBounded,
  'converged in time': converged,
};

/** Judges a schedule by its evidence alone. */
export function checkSchedule(evidence: Evidence): readonly Violation[] {
  return Object.entries(RULES).flatMap(([rule, broken]) => broken(evidence).map((text) => ({ rule, text })));
}
