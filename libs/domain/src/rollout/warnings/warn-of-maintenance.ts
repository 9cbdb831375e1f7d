import type { Labels } from '../../cluster/validate-labels.js';
import { judgeMaintenance, sayMaintenance } from '../../maintenance/judge-maintenance.js';
import { maintenanceOf, type MaintenanceWindow } from '../../maintenance/maintenance-window.js';
import { countOf, rolloutWarning, sayNames, type RolloutWarning } from './rollout-warning.js';

/** What opens within a month is waited for. */
const LATE_MS = 31 * 24 * 3_600_000;
const MOST_GROUPS = 8;

/** Clusters whose maintenance windows never open, or open late: a release would wait for them as long. Pure. */
export function warnOfMaintenance(windows: readonly MaintenanceWindow[], clusters: readonly { readonly cluster: string; readonly labels: Labels }[], now: Date): readonly RolloutWarning[] {
  if (windows.length === 0) return [];
  const held = clusters.map((one) => ({ ...one, windows: maintenanceOf(one.labels, windows) })).filter((one) => one.windows.length > 0);
  const groups = Map.groupBy(held, (one) => one.windows.map(({ name }) => name).join(' '));
  return [...groups.values()].slice(0, MOST_GROUPS).flatMap((group) => warnOfGroup(group[0]?.windows ?? [], windows, group.map(({ cluster }) => cluster), now));
}

function warnOfGroup(held: readonly MaintenanceWindow[], all: readonly MaintenanceWindow[], clusters: readonly string[], now: Date): readonly RolloutWarning[] {
  const judgement = judgeMaintenance(held, now);
  const opens = judgement.opensAt ?? judgement.closedUntil;
  if (judgement.isOpen || (opens !== undefined && opens.getTime() - now.getTime() <= LATE_MS)) return [];
  const path = ['maintenanceWindows', String(all.findIndex(({ name }) => name === judgement.closed[0]?.name))];
  const who = `${countOf(clusters.length, 'cluster')} (${sayNames(clusters.toSorted())})`;
  const [gets, holds] = clusters.length === 1 ? ['gets', 'holds up its stage'] : ['get', 'hold up their stage'];
  const wayOut = 'Change the maintenance windows of the project, or the labels of the clusters; until then only promoteStage lets them pass.';
  if (opens === undefined) return [rolloutWarning('MAINTENANCE_NEVER_OPENS', path, `${who} never ${gets} a release, and ${holds}: ${sayMaintenance(judgement)}. ${wayOut}`)];
  const when = judgement.opensAt === undefined ? `not before ${opens.toISOString()}` : `not until ${opens.toISOString()}`;
  return [rolloutWarning('MAINTENANCE_OPENS_LATE', path, `${who} ${gets} a release ${when}, and ${holds}: ${sayMaintenance(judgement)}. ${wayOut}`, judgement.opensAt)];
}
