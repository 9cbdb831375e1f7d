import { judgeApprover, type GateRow, type RolloutId, type StageRow } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import { authorsOfRollout } from './authors-of-rollout.js';

/** The stages with approvals counted as a project does in which authors may not approve, whenever they did. Runs in the open transaction. */
export async function countApprovals(tx: Pick<TransactionContext, 'query'>, rollout: RolloutId, stages: readonly StageRow[]): Promise<readonly StageRow[]> {
  if (!stages.some((stage) => stage.gates.some((gate) => gate.spec.kind === 'APPROVAL' && gate.approvals > 0))) return stages;
  const authors = await authorsOfRollout(tx, rollout);
  const given = await tx.query<{ stage: string; gate: string; emails: string[] }>('SELECT stage, gate, emails FROM rollout_approvals WHERE rollout_id = $1', [rollout]);
  const count = (stage: string, gate: GateRow): GateRow => {
    if (gate.spec.kind !== 'APPROVAL') return gate;
    const approvals = given.filter((one) => one.stage === stage && one.gate === gate.spec.name && judgeApprover(one.emails, authors) === undefined).length;
    return { ...gate, approvals, uncounted: gate.approvals - approvals };
  };
  return stages.map((stage) => ({ ...stage, gates: stage.gates.map((gate) => count(stage.name, gate)) }));
}
