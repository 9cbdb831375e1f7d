import type { KillEvidence } from './kill-evidence.js';

/** How targets and rollouts are called in a verdict. */
export interface Names {
  target(id: string): string;
  rollout(id: string): string;
}

export function namesOf({ targets, rollouts }: KillEvidence): Names {
  const targetNames = new Map(targets.map(({ id, application, cluster }) => [id, `${application}@${cluster}`]));
  const rolloutNames = new Map(rollouts.map(({ id, application, number, cause }) => [id, `rollout ${number} (${cause}) of ${application}`]));
  return { target: (id) => targetNames.get(id) ?? id, rollout: (id) => rolloutNames.get(id) ?? id };
}
