import { setTimeout as sleep } from 'node:timers/promises';
import { APPLICATIONS, valueOf } from '../plan/fleet.js';
import type { KillStage } from '../stage/kill-stage.js';
import { newestRollout } from './rollout-sight.js';
import type { Story } from './story.js';
import type { FleetCommit } from '../check/kill-evidence.js';

const LOOK_MS = 500;
const WAIT_MS = 420_000;

interface Sight {
  readonly application: string;
  readonly targets: number;
  readonly done: number;
  readonly held: number;
  readonly open: number;
  readonly example: string | null;
}

const SIGHT = `
  SELECT a.name AS application, count(*)::int AS targets, count(*) FILTER (WHERE t.hold_at IS NOT NULL)::int AS held,
    count(*) FILTER (WHERE t.state = 'ACTIVE' AND t.hold_at IS NULL AND s.sync = 'SYNCED' AND s.health = 'HEALTHY' AND r.commit = $2 AND s.commit = $2 AND s.generation = t.generation)::int AS done,
    (SELECT count(*)::int FROM rollouts o WHERE o.application_id = a.id AND o.state IN ('PENDING', 'RUNNING', 'PAUSED', 'ROLLING_BACK')) AS open,
    min(c.name || ' is ' || t.state || ' ' || s.sync || ' ' || s.health || ' ' || s.reason) FILTER (WHERE NOT (s.sync = 'SYNCED' AND r.commit = $2 AND s.commit = $2)) AS example
  FROM applications a JOIN targets t ON t.application_id = a.id JOIN clusters c ON c.id = t.cluster_id JOIN target_status s ON s.target_id = t.id LEFT JOIN releases r ON r.id = t.assigned_release_id
  WHERE a.name = $1 GROUP BY a.id, a.name`;

/**
 * A last release of everything that works; people lift what is held and resume what is paused until all of the fleet runs it. What is still missing when
 * nobody waits any more; empty: nothing.
 */
export async function settle(stage: KillStage, story: Story): Promise<readonly string[]> {
  const last: FleetCommit[] = [];
  for (const application of APPLICATIONS) last.push(await story.commit(application, false));
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const missing: string[] = [];
    for (const application of APPLICATIONS) {
      const commit = last.find((one) => one.application === application.name);
      const [sight] = await stage.postgres.query<Sight>(SIGHT, [application.name, commit?.id]);
      if (sight === undefined) missing.push(`${application.name} has no targets`);
      else if (sight.done < sight.targets || sight.open > 0) missing.push(`${application.name}: ${sight.done} of ${sight.targets} run ${valueOf(commit?.number ?? 0)}, ${sight.held} are held, ${sight.open} rollouts are open; ${sight.example ?? ''}`);
      const rollout = await newestRollout(stage, application.name);
      if (rollout?.state === 'PAUSED') await story.control('resumeRollout', application, rollout);
      if (sight !== undefined && sight.held > 0 && rollout?.state !== 'ROLLING_BACK') await story.liftHold(application);
    }
    if (missing.length === 0 || performance.now() > end) return missing;
    await sleep(LOOK_MS);
  }
}
