import { judgeWindows, type WindowJudgement } from '../window/judge-windows.js';
import { sayWindows } from '../window/say-windows.js';
import type { MaintenanceWindow } from './maintenance-window.js';

/** What the maintenance windows of a cluster say together. */
export interface MaintenanceJudgement {
  readonly isOpen: boolean;
  /** Those that are closed, in their order. */
  readonly closed: readonly { readonly name: string; readonly judgement: WindowJudgement }[];
  /** When all of them are open; undefined: never, or not as far as was looked. */
  readonly opensAt: Date | undefined;
  /** With `opensAt` undefined, the instant before which they are not open together; undefined as well: they never are. */
  readonly closedUntil: Date | undefined;
}

/** Windows that are open in turns may never be open together: how many turns are looked at, and how far. */
const MOST_TURNS = 32;
const FURTHEST_MS = 400 * 24 * 3_600_000;

/** Whether every one of some maintenance windows is open now, and when all are together. Pure; bounded in work. */
export function judgeMaintenance(windows: readonly MaintenanceWindow[], now: Date): MaintenanceJudgement {
  const closed = closedAt(windows, now);
  if (closed.length === 0) return { isOpen: true, closed, opensAt: now, closedUntil: undefined };
  let still = closed;
  let at = now;
  for (let turn = 0; turn < MOST_TURNS && at.getTime() - now.getTime() <= FURTHEST_MS; turn += 1) {
    const next = laterEnd(still);
    if (next === undefined || !next.isCertain) return { isOpen: false, closed, opensAt: undefined, closedUntil: next?.at };
    at = next.at;
    still = closedAt(windows, at);
    if (still.length === 0) return { isOpen: false, closed, opensAt: at, closedUntil: undefined };
  }
  return { isOpen: false, closed, opensAt: undefined, closedUntil: at };
}

/** For people: `nights is closed until 2026-11-30 22:00 UTC (window daily 22:00-04:00), and freeze is closed until …`. */
export function sayMaintenance({ closed }: Pick<MaintenanceJudgement, 'closed'>): string {
  return closed.map(({ name, judgement }) => `${name} is ${sayWindows(judgement)}`).join(', and ');
}

function closedAt(windows: readonly MaintenanceWindow[], at: Date): MaintenanceJudgement['closed'] {
  return windows.flatMap(({ name, windows: times }) => {
    const judgement = judgeWindows(times, at);
    return judgement.isOpen ? [] : [{ name, judgement }];
  });
}

/** When the last of those that are closed opens, or until when one is sure to be closed; undefined: one never opens. */
function laterEnd(closed: MaintenanceJudgement['closed']): { readonly at: Date; readonly isCertain: boolean } | undefined {
  if (closed.some(({ judgement: { changesAt, knownUntil } }) => changesAt === undefined && knownUntil === undefined)) return undefined;
  const ends = closed.flatMap(({ judgement: { changesAt, knownUntil } }) => changesAt ?? knownUntil ?? []);
  const at = new Date(Math.max(...ends.map((end) => end.getTime())));
  return { at, isCertain: closed.every(({ judgement }) => judgement.changesAt !== undefined) };
}
