import { maintenanceOf, type MaintenanceWindow } from '../maintenance/maintenance-window.js';
import { judgeWindows } from '../window/judge-windows.js';
import type { RolloutState, RolloutTargetRow, StageRow } from './rollout.types.js';

/** The maintenance windows that hold back orders for a target of a rollout; none where there are none, or where the rollout goes back. Pure. */
export function windowsOf(rollout: Pick<RolloutState, 'maintenance'>, target: Pick<RolloutTargetRow, 'labels'>): readonly MaintenanceWindow[] {
  return rollout.maintenance === undefined || rollout.maintenance.length === 0 ? [] : maintenanceOf(target.labels ?? {}, rollout.maintenance);
}

/** Tells of targets whether a maintenance window is closed for them now. Pure; each window is judged once, when the first target asks for it. */
export function outsideMaintenance(rollout: Pick<RolloutState, 'maintenance'>, now: Date): (target: RolloutTargetRow) => boolean {
  const known = new Map<string, boolean>();
  const isClosed = ({ name, windows }: MaintenanceWindow): boolean => {
    const answer = known.get(name) ?? !judgeWindows(windows, now).isOpen;
    known.set(name, answer);
    return answer;
  };
  return (target) => windowsOf(rollout, target).some(isClosed);
}

/** Whether a person lets orders of a stage pass maintenance windows. Over once it is closed: whoever is caught up later waits for the windows again. */
export function passesMaintenance({ state, isPromoted }: Pick<StageRow, 'state' | 'isPromoted'>): boolean {
  return isPromoted && state === 'OPEN';
}
