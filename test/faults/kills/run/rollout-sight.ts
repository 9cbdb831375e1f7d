import type { KillStage } from '../stage/kill-stage.js';

/** A rollout as somebody sees it who looks past the hub. */
export interface RolloutSight {
  readonly id: string;
  readonly state: string;
  readonly cause: string;
  readonly commit: string;
}

export async function newestRollout({ postgres }: KillStage, application: string): Promise<RolloutSight | undefined> {
  const [row] = await postgres.query<RolloutSight>(
    `SELECT o.id, o.state, o.cause, r.commit FROM rollouts o JOIN applications a ON a.id = o.application_id JOIN releases r ON r.id = o.release_id
     WHERE a.name = $1 AND o.cause IN ('RELEASE', 'SYNC', 'ROLLBACK') ORDER BY o.number DESC LIMIT 1`,
    [application],
  );
  return row;
}

/** Gates that wait for somebody's yes. */
export async function waitingGates({ postgres }: KillStage): Promise<readonly { readonly rollout: string; readonly stage: string; readonly gate: string }[]> {
  return postgres.query(`SELECT g.rollout_id AS rollout, g.stage, g.name AS gate FROM rollout_gates g JOIN rollouts o ON o.id = g.rollout_id WHERE g.state = 'WAITING' AND o.state = 'RUNNING'`);
}
