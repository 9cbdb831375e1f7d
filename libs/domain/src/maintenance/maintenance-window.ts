import type { Labels } from '../cluster/validate-labels.js';
import type { JsonObject } from '#kernel';
import { matchesSelector } from '../selector/match-selector.js';
import { selectorJson } from '../selector/selector-json.js';
import type { Selector } from '../selector/selector.js';
import type { TimeWindow } from '../window/time-window.js';

/** When clusters may be given new orders by rollouts; of a project, for all its applications. */
export interface MaintenanceWindow {
  readonly name: string;
  /** Which clusters, by the labels that they have now. Facts are not looked at: a cluster reports its own. */
  readonly selector: Selector;
  readonly windows: readonly TimeWindow[];
}

export const MAX_MAINTENANCE_WINDOWS = 32;

/** Those that hold for a cluster: all of them must be open. Pure. */
export function maintenanceOf(labels: Labels, windows: readonly MaintenanceWindow[]): readonly MaintenanceWindow[] {
  return windows.filter(({ selector }) => matchesSelector(selector, labels, undefined).matches);
}

export function maintenanceJson({ name, selector, windows }: MaintenanceWindow): JsonObject {
  return { name, selector: selectorJson(selector), windows: windows.map((window) => ({ ...window })) };
}
