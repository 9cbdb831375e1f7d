import type { Case } from '../kill-rule.js';

const ENDED_BY_ITSELF: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'ROLLED_BACK']);
const UNANSWERED: ReadonlySet<string> = new Set(['PENDING', 'MOVING', 'REVERTING']);

/**
 * Every target of an application is in each of its rollouts, has an answer where the rollout came to its end, and its agent has the order that stands. No agent
 * has an order that the database does not know: what was sent was durable.
 */
export function noneIsLost(given: Case): readonly string[] {
  const { evidence, names } = given;
  return [
    ...evidence.missing,
    ...evidence.refused.map(({ cluster, target, reason }) => `the agent of ${cluster} refused an order for ${names.target(target)}: ${reason}`),
    ...leftOut(given), ...unanswered(given), ...unheard(given), ...unknown(given),
  ];
}

function leftOut({ evidence: { rollouts, rolloutTargets, targets }, names }: Case): readonly string[] {
  const rows = Map.groupBy(rolloutTargets, ({ rollout }) => rollout);
  const inApplication = Map.groupBy(targets, ({ application }) => application);
  return rollouts.filter(({ cause }) => cause === 'RELEASE' || cause === 'SYNC').flatMap(({ id, application }) => {
    const there = new Set(rows.get(id)?.map(({ target }) => target));
    return (inApplication.get(application) ?? []).filter((target) => !there.has(target.id)).map((target) => `${names.target(target.id)} is not in ${names.rollout(id)}`);
  });
}

function unanswered({ evidence: { rollouts, rolloutTargets }, names }: Case): readonly string[] {
  const ended = new Map(rollouts.filter(({ state }) => ENDED_BY_ITSELF.has(state)).map(({ id, state }) => [id, state]));
  return rolloutTargets.filter(({ rollout, state }) => ended.has(rollout) && UNANSWERED.has(state)).map(({ rollout, target, state }) => `${names.rollout(rollout)} is ${String(ended.get(rollout))}, and ${names.target(target)} in it is ${state}`);
}

function unheard({ evidence: { targets, taken }, names }: Case): readonly string[] {
  const last = new Map(taken.map(({ target, generation }) => [target, generation]));
  return targets.filter(({ id, state, generation }) => state === 'ACTIVE' && last.get(id) !== generation).map(({ id, cluster, generation }) => `${names.target(id)} was ordered generation ${generation}, and the agent of ${cluster} has ${last.get(id) ?? 'none'}`);
}

function unknown({ evidence: { transitions, taken }, names }: Case): readonly string[] {
  const ordered = new Set(transitions.filter(({ kind }) => kind === 'ASSIGNED' || kind === 'REISSUED').map(({ target, generation, release }) => `${target} ${generation} ${String(release)}`));
  return taken.filter(({ target, generation, release }) => release !== undefined && !ordered.has(`${target} ${generation} ${release}`)).map(({ cluster, target, generation }) => `the agent of ${cluster} has generation ${generation} of ${names.target(target)}, of which the database knows nothing`);
}
