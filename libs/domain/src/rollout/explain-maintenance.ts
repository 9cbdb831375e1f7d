import { judgeMaintenance, sayMaintenance, type MaintenanceJudgement } from '../maintenance/judge-maintenance.js';
import { passesMaintenance, windowsOf } from './outside-maintenance.js';
import type { RolloutHurdle } from './rollout-hurdle.js';
import type { RolloutState, RolloutTargetRow } from './rollout.types.js';

/** More kinds of clusters than anybody reads about at once. */
const MOST_GROUPS = 8;

/** Targets that the same maintenance windows keep waiting. */
export interface WaitingForMaintenance {
  readonly windows: readonly string[];
  readonly targets: readonly RolloutTargetRow[];
  readonly judgement: MaintenanceJudgement;
}

/** The targets of begun stages that wait for maintenance windows, those with the same windows together. Pure; of many groups the first. */
export function waitingForMaintenance(rollout: RolloutState, now: Date): readonly WaitingForMaintenance[] {
  const begun = new Set(rollout.stages.filter((stage) => stage.state !== 'PENDING' && !passesMaintenance(stage)).map((stage) => stage.name));
  const waiting = rollout.targets.filter((target) => target.state === 'PENDING' && target.stage !== undefined && begun.has(target.stage));
  const groups = Map.groupBy(waiting, (target) => windowsOf(rollout, target).map(({ name }) => name).join(' '));
  groups.delete('');
  return [...groups.values()].slice(0, MOST_GROUPS).flatMap((targets) => {
    const windows = targets[0] === undefined ? [] : windowsOf(rollout, targets[0]);
    const judgement = judgeMaintenance(windows, now);
    return judgement.isOpen ? [] : [{ windows: windows.map(({ name }) => name), targets, judgement }];
  });
}

/** What of a rollout waits for maintenance windows, and until when. */
export function maintenanceHurdles(rollout: RolloutState, now: Date): readonly RolloutHurdle[] {
  return waitingForMaintenance(rollout, now).map(({ targets, judgement }) => {
    const stages = [...new Set(targets.map((target) => target.stage))];
    const who = `${targets.length} target${targets.length === 1 ? '' : 's'} of stage${stages.length === 1 ? '' : 's'} ${stages.join(', ')} ${targets.length === 1 ? 'waits' : 'wait'} for maintenance windows`;
    return { kind: 'MAINTENANCE', stage: stages.length === 1 ? stages[0] : undefined, gate: undefined, message: `${who}: ${sayMaintenance(judgement)}. ${wayOn(judgement)}`, until: judgement.opensAt };
  });
}

/** What a person can do about closed windows. */
function wayOn({ opensAt, closedUntil }: MaintenanceJudgement): string {
  if (opensAt !== undefined) return 'promoteStage orders them now.';
  const never = closedUntil === undefined ? 'They are never open' : `They are not open together before ${closedUntil.toISOString()}`;
  return `${never}: change the maintenance windows of the project or the labels of the clusters; promoteStage orders them now.`;
}
