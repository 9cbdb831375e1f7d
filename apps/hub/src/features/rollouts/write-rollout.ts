import type { ProjectId, RolloutId, RolloutStart, StageRow } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/** The stages of a new rollout. */
export async function addStages(tx: TransactionContext, project: ProjectId, rollout: RolloutId, stages: readonly StageRow[]): Promise<void> {
  const limit = (value: number | 'UNLIMITED'): number | null => (value === 'UNLIMITED' ? null : value);
  await tx.execute(
    `INSERT INTO rollout_stages (project_id, rollout_id, name, ordinal, state, max_concurrency, failure_budget, deadline_ms, soak_ms)
     SELECT $1, $2, s.* FROM unnest($3::text[], $4::int[], $5::text[], $6::int[], $7::int[], $8::bigint[], $9::bigint[]) AS s`,
    [
      project, rollout, stages.map((stage) => stage.name), stages.map((stage) => stage.position), stages.map((stage) => stage.state), stages.map((stage) => limit(stage.maxConcurrency)),
      stages.map((stage) => limit(stage.failureBudget)), stages.map((stage) => stage.deadlineMs ?? null), stages.map((stage) => stage.soakMs),
    ],
  );
}

/** Their gates, in the order in which they were written. */
export async function addGates(tx: TransactionContext, project: ProjectId, rollout: RolloutId, stages: readonly StageRow[]): Promise<void> {
  const gates = stages.flatMap((stage) => stage.gates.map((gate, ordinal) => ({ stage: stage.name, ordinal, ...gate })));
  if (gates.length === 0) return;
  await tx.execute(
    `INSERT INTO rollout_gates (project_id, rollout_id, stage, name, side, ordinal, spec)
     SELECT $1, $2, g.stage, g.name, g.side, g.ordinal, g.spec::jsonb FROM unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::text[]) AS g (stage, name, side, ordinal, spec)`,
    [
      project, rollout, gates.map((gate) => gate.stage), gates.map((gate) => gate.spec.name), gates.map((gate) => gate.side), gates.map((gate) => gate.ordinal),
      gates.map((gate) => JSON.stringify(gate.spec)),
    ],
  );
}

/** Its targets, in the order in which they are taken. One that takes no part is kept with its reason, under the last stage. */
export async function addTargets(tx: TransactionContext, project: ProjectId, rollout: RolloutId, { release, stages, targets }: RolloutStart): Promise<void> {
  const last = stages.at(-1)?.name;
  await tx.execute(
    `INSERT INTO rollout_targets (project_id, rollout_id, target_id, stage, order_key, from_release_id, to_release_id, state, reason, placement)
     SELECT $1, $2, t.id, coalesce(t.stage, $8), t.order_key, t.from_release, t.to_release, CASE WHEN t.stage IS NULL THEN 'SKIPPED' ELSE 'PENDING' END,
       CASE WHEN t.stage IS NULL THEN 'NO_STAGE' END, t.placement
     FROM unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $9::text[]) AS t (id, stage, order_key, from_release, to_release, placement)`,
    [
      project, rollout, targets.map((target) => target.id), targets.map((target) => target.stage ?? null), targets.map((_, index) => String(index).padStart(6, '0')),
      targets.map((target) => target.fromRelease ?? null), targets.map((target) => (target.toRelease === release ? null : target.toRelease)), last ?? null,
      targets.map((target) => target.placement),
    ],
  );
}
