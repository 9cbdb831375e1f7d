import type pg from 'pg';
import type { Figure } from '../../benchmark.js';
import type { CpuMeter } from '../../measure/cpu-meter.js';
import { wallMs } from '../../measure/now.js';
import { untilRolledOut, type RolloutTimes } from '../../measure/rollouts-of-commit.js';
import type { BenchStage } from '../../setup/bench-stage.js';

/** One commit rolled out to its end, in milliseconds from the webhook on. */
export interface TimedRollouts {
  readonly commit: string;
  readonly seen: number;
  readonly firstOrder: number;
  readonly lastOrder: number;
  readonly lastReport: number;
  readonly done: number;
}

export interface RolloutsToTime {
  readonly database: pg.Client;
  readonly meter: CpuMeter;
  readonly rollouts: number;
  readonly targets: number;
}

/** Commits, tells the hub, and waits until everything runs the commit. */
export async function timeRollouts(stage: BenchStage, files: Readonly<Record<string, string>>, { database, meter, rollouts, targets }: RolloutsToTime): Promise<TimedRollouts> {
  const commit = await stage.repository.commit(files, 'a commit that changes everything');
  meter.start();
  const from = wallMs();
  const [, times] = await Promise.all([stage.tellOfPush(), untilRolledOut(database, commit, { rollouts, targets })]);
  meter.stop();
  const since = (pick: keyof RolloutTimes): number => times[pick] - from;
  return { commit, seen: since('seenAt'), firstOrder: since('firstOrderAt'), lastOrder: since('lastOrderAt'), lastReport: since('lastReportAt'), done: since('doneAt') };
}

/** The rows of the table. */
export function figuresOf(what: string, timed: readonly TimedRollouts[], goal: { readonly number: number; readonly atMost: number }): readonly Figure[] {
  const row = (name: string, pick: (one: TimedRollouts) => number, rest: Partial<Figure> = {}): Figure => ({ name: `${what}: ${name}`, unit: 'ms', values: timed.map(pick), ...rest });
  return [
    row('webhook -> commit seen', ({ seen }) => seen),
    row('commit seen -> first order', (one) => one.firstOrder - one.seen),
    row('commit seen -> last order', (one) => one.lastOrder - one.seen),
    row('commit seen -> last target reported', (one) => one.lastReport - one.seen),
    row('commit seen -> all succeeded', (one) => one.done - one.seen, { goal: { ...goal, statistic: 'median' } }),
  ];
}
