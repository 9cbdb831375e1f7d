import type { MaintenanceWindow } from '../../maintenance/maintenance-window.js';
import type { FreezePeriod } from '../../window/time-window.js';
import type { RolloutTargetRow } from '../rollout.types.js';

const freeze = (from: string, to: string): FreezePeriod => ({ kind: 'DENY', from: `2026-11-01T${from}:00.000Z`, to: `2026-11-01T${to}:00.000Z` });
const BY_LABEL = {
  day: [freeze('12:00', '12:05'), freeze('12:20', '12:50'), freeze('13:10', '16:00')],
  night: [freeze('12:04', '12:06'), freeze('12:30', '13:30')],
} as const;

/** Maintenance windows that come and go within hours of NOW: of clusters with the label `day`, and of those with `night`. Periods alone, as schedules cost more than a property can spare. */
export const FREEZES: readonly MaintenanceWindow[] = Object.entries(BY_LABEL).map(([key, windows]) => ({
  name: key, selector: { all: false, matchLabels: {}, matchExpressions: [{ key, operator: 'Exists', values: [] }] }, windows,
}));

/** Whether one of them is closed for a target, told without the rules that the planner uses. */
export function isFrozen({ labels = {} }: Pick<RolloutTargetRow, 'labels'>, now: Date): boolean {
  return Object.entries(BY_LABEL).some(([key, windows]) => key in labels && windows.some(({ from, to }) => from <= now.toISOString() && now.toISOString() < to));
}
