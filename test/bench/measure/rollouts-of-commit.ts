import type pg from 'pg';
import { wallMs } from './now.js';

/** Milliseconds since 1970. Times of the database are those of the transactions' beginnings. */
export interface RolloutTimes {
  readonly seenAt: number;
  readonly firstOrderAt: number;
  readonly lastOrderAt: number;
  readonly lastReportAt: number;
  /** When all rollouts were found to have succeeded. */
  readonly doneAt: number;
}

/** Each look costs the database a millisecond. */
const LOOK_MS = 50;
const DEADLINE_MS = 180_000;

const RELEASES = 'SELECT id FROM releases WHERE commit = $1';
const STATES = `SELECT state, count(*)::int AS rollouts FROM rollouts WHERE release_id = ANY($1::uuid[]) AND cause = 'RELEASE' GROUP BY state`;
/** Who runs the commit by the very order that stands, healthy and reported. */
const RUNNING = `
  SELECT count(*)::int AS targets, min(t.assigned_at) AS first_order_at, max(t.assigned_at) AS last_order_at, max(s.reported_at) AS last_report_at, (SELECT changed_at FROM repository_refs WHERE commit = $1) AS seen_at
  FROM targets t JOIN releases r ON r.id = t.assigned_release_id JOIN target_status s ON s.target_id = t.id
  WHERE r.commit = $1 AND t.state = 'ACTIVE' AND s.release_id = t.assigned_release_id AND (s.epoch, s.generation) = (t.order_epoch, t.generation) AND s.sync = 'SYNCED' AND s.health = 'HEALTHY'`;
/** Stages in which a target began before the stage before it had ended. */
const OUT_OF_ORDER = `
  SELECT count(*)::int AS stages FROM (
    SELECT min(t.started_at) AS began, lag(max(t.finished_at)) OVER (PARTITION BY s.rollout_id ORDER BY s.ordinal) AS ended
    FROM rollout_stages s JOIN rollouts o ON o.id = s.rollout_id JOIN releases r ON r.id = o.release_id JOIN rollout_targets t ON t.rollout_id = s.rollout_id AND t.stage = s.name
    WHERE r.commit = $1 GROUP BY s.rollout_id, s.name, s.ordinal) one WHERE began < ended`;

/**
 * Until that many rollouts of the commit have succeeded; then looks whether all targets run it, and whether stages kept their order.
 * @throws when one ends otherwise, after the deadline, or when the tables say something else than the rollouts
 */
export async function untilRolledOut(database: pg.Client, commit: string, wanted: { readonly rollouts: number; readonly targets: number }): Promise<RolloutTimes> {
  let releases: readonly string[] = [];
  for (const end = performance.now() + DEADLINE_MS; ; ) {
    if (releases.length < wanted.rollouts) releases = (await database.query<{ id: string }>(RELEASES, [commit])).rows.map(({ id }) => id);
    const { rows } = await database.query<{ state: string; rollouts: number }>(STATES, [releases]);
    const count = (state: string): number => rows.find((row) => row.state === state)?.rollouts ?? 0;
    if (count('SUCCEEDED') === wanted.rollouts) break;
    const isLost = rows.some(({ state }) => !['PENDING', 'RUNNING', 'SUCCEEDED'].includes(state));
    if (isLost || performance.now() > end) throw new Error(`${wanted.rollouts} rollouts shall succeed within ${DEADLINE_MS} ms; there are ${JSON.stringify(rows)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const doneAt = wallMs();
  const { rows: [row] } = await database.query<{ targets: number; first_order_at: Date; last_order_at: Date; last_report_at: Date; seen_at: Date | null }>(RUNNING, [commit]);
  const { rows: [order] } = await database.query<{ stages: number }>(OUT_OF_ORDER, [commit]);
  if (row === undefined || row.targets !== wanted.targets || row.seen_at === null) throw new Error(`all rollouts succeeded, but of ${wanted.targets} targets ${row?.targets ?? 0} run the commit and said so`);
  if (order?.stages !== 0) throw new Error(`${order?.stages ?? 'unknown'} stages began before the one before them had ended`);
  return { seenAt: row.seen_at.getTime(), firstOrderAt: row.first_order_at.getTime(), lastOrderAt: row.last_order_at.getTime(), lastReportAt: row.last_report_at.getTime(), doneAt };
}
