import { subjectsOf, type ProjectId, type RolloutState } from '#domain';
import { CHANNELS, type TransactionContext } from '../../platform/database/index.js';

/** One check in the cluster of a target that is not written down yet. */
interface Missing {
  readonly stage: string;
  readonly gate: string;
  readonly subject: string;
}

/**
 * Writes down what agents are to be asked for the gates that wait: a row for each target that counts and has none. Level-triggered, in the transaction that
 * judged the gates: whoever comes late, and whatever a retry took away, has its row after the next look.
 */
export async function openChecks(tx: TransactionContext, project: ProjectId, rollout: RolloutState): Promise<void> {
  const missing = missingChecks(rollout);
  if (missing.length === 0) return;
  await tx.execute(
    `INSERT INTO rollout_gate_checks (project_id, rollout_id, stage, gate, subject) SELECT $1, $2, m.stage, m.gate, m.subject FROM unnest($3::text[], $4::text[], $5::text[]) AS m (stage, gate, subject)
     ON CONFLICT DO NOTHING`,
    [project, rollout.id, missing.map(({ stage }) => stage), missing.map(({ gate }) => gate), missing.map(({ subject }) => subject)],
  );
  tx.notify(CHANNELS.gateChecks, rollout.id);
}

function missingChecks(rollout: RolloutState): readonly Missing[] {
  return rollout.stages.flatMap((stage) => stage.gates.flatMap((gate): readonly Missing[] => {
    const { spec, state, checks = [] } = gate;
    if (state !== 'WAITING' || (spec.kind !== 'METRIC' && spec.kind !== 'JOB')) return [];
    const known = new Set<string>(checks.map(({ subject }) => subject));
    return subjectsOf(rollout, stage, gate).filter((subject) => !known.has(subject)).map((subject) => ({ stage: stage.name, gate: spec.name, subject }));
  }));
}
