import type { KillEvidence, RolloutRecord, RolloutTargetRecord, TargetTransition } from './kill-evidence.js';

/** An order of the planner, and the rollout that it was given for. */
export interface Assignment {
  readonly transition: TargetTransition;
  readonly rollout: RolloutRecord;
  readonly row: RolloutTargetRecord;
  /** back: to what the target came from. */
  readonly way: 'forward' | 'back';
}

/** Orders of no rollout belong nowhere: the planner gives none but for a rollout. */
export interface Attributed {
  readonly assignments: readonly Assignment[];
  readonly astray: readonly TargetTransition[];
}

/**
 * Which rollout each order was given for: the planner notes in the same transaction for which rollouts it assigns. Pure; in the order of the database.
 */
export function attribute({ transitions, rollouts, rolloutTargets, audit }: KillEvidence): Attributed {
  const rolloutById = new Map(rollouts.map((rollout) => [rollout.id, rollout]));
  const rowsOf = Map.groupBy(rolloutTargets, ({ rollout, target }) => `${rollout} ${target}`);
  const assigning = Map.groupBy(audit.filter(({ action }) => action === 'planner.assign'), ({ transaction }) => transaction);
  const assignments: Assignment[] = [];
  const astray: TargetTransition[] = [];
  for (const transition of transitions) {
    if (transition.kind !== 'ASSIGNED') continue;
    const found = (assigning.get(transition.transaction) ?? []).flatMap(({ object }): readonly Assignment[] => {
      const rollout = rolloutById.get(object);
      const [row] = rowsOf.get(`${object} ${transition.target}`) ?? [];
      if (rollout === undefined || row === undefined) return [];
      if (row.to === transition.release) return [{ transition, rollout, row, way: 'forward' }];
      return row.from === transition.release ? [{ transition, rollout, row, way: 'back' }] : [];
    });
    const [first] = found;
    if (first === undefined) astray.push(transition);
    else assignments.push(first);
  }
  return { assignments, astray };
}
