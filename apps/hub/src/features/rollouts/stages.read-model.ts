import type { GateRow, GateSpec, GateState, RolloutTargetState, StageState } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { GateCheckView } from './gate-check-view.js';
import { gateKey, seenAtGates, type SeenAtGates } from './seen-at-gates.js';

export interface GateView {
  readonly side: GateRow['side'];
  readonly state: GateState;
  readonly since: Date | undefined;
  readonly spec: GateSpec;
  readonly approvals: readonly { readonly by: string; readonly comment: string; readonly at: Date }[];
  readonly checks: readonly GateCheckView[];
}

/** How many targets are in which state; `offline` are those of the skipped ones whose cluster is away. */
export interface StageCounts {
  readonly pending: number;
  readonly moving: number;
  readonly healthy: number;
  readonly failed: number;
  readonly skipped: number;
  readonly offline: number;
  readonly reverting: number;
  readonly reverted: number;
  readonly revertFailed: number;
}

/** A stage of a rollout as screens show it. */
export interface StageView {
  readonly name: string;
  readonly ordinal: number;
  readonly state: StageState;
  /** undefined: no limit. */
  readonly maxConcurrency: number | undefined;
  readonly failureBudget: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly soakMs: number;
  readonly soaksSince: Date | undefined;
  readonly promoted: { readonly at: Date; readonly by: string; readonly reason: string } | undefined;
  readonly gates: readonly GateView[];
  readonly counts: StageCounts;
  readonly openedAt: Date | undefined;
  readonly closedAt: Date | undefined;
}

interface StageRow {
  readonly rollout_id: string;
  readonly name: string;
  readonly ordinal: number;
  readonly state: StageState;
  readonly max_concurrency: number | null;
  readonly failure_budget: number | null;
  readonly deadline_ms: string | null;
  readonly soak_ms: string;
  readonly settled_at: Date | null;
  readonly promoted_at: Date | null;
  readonly promoted_by: string | null;
  readonly promoted_reason: string | null;
  readonly opened_at: Date | null;
  readonly closed_at: Date | null;
  readonly counts: StageCounts;
}
interface GateRecord {
  readonly rollout_id: string;
  readonly stage: string;
  readonly side: GateRow['side'];
  readonly state: GateState;
  readonly since: Date | null;
  readonly spec: GateSpec;
  readonly approvals: readonly { readonly by: string; readonly comment: string; readonly at: string }[];
  readonly checks: readonly { readonly cluster: string | null; readonly verdict: 'PASSED' | 'FAILED' | null; readonly passes: number; readonly failures: number; readonly message: string; readonly value: number | null; readonly at: string | null }[];
}

const COUNTED: readonly (readonly [keyof StageCounts, RolloutTargetState])[] = [
  ['pending', 'PENDING'], ['moving', 'MOVING'], ['healthy', 'HEALTHY'], ['failed', 'FAILED'], ['skipped', 'SKIPPED'], ['reverting', 'REVERTING'], ['reverted', 'REVERTED'], ['revertFailed', 'REVERT_FAILED'],
];
const COUNTS = COUNTED.map(([name, state]) => `'${name}', count(r.target_id) FILTER (WHERE r.state = '${state}')`).join(', ');
const SELECT_STAGES = `
  SELECT s.rollout_id, s.name, s.ordinal, s.state, s.max_concurrency, s.failure_budget, s.deadline_ms, s.soak_ms, s.settled_at, s.promoted_at, s.promoted_by, s.promoted_reason, s.opened_at, s.closed_at,
    jsonb_build_object(${COUNTS}, 'offline', count(r.target_id) FILTER (WHERE r.state = 'SKIPPED' AND r.reason = 'CLUSTER_OFFLINE')) AS counts
  FROM rollout_stages s LEFT JOIN rollout_targets r ON r.project_id = s.project_id AND r.rollout_id = s.rollout_id AND r.stage = s.name
  WHERE s.rollout_id = ANY($1::uuid[]) GROUP BY s.project_id, s.rollout_id, s.name ORDER BY s.ordinal`;
const SELECT_GATES = `
  SELECT g.rollout_id, g.stage, g.side, g.state, g.since, g.spec,
    coalesce((SELECT jsonb_agg(jsonb_build_object('by', a.approver, 'comment', a.comment, 'at', a.at) ORDER BY a.at) FROM rollout_approvals a
      WHERE a.rollout_id = g.rollout_id AND a.stage = g.stage AND a.gate = g.name), '[]') AS approvals,
    coalesce((SELECT jsonb_agg(jsonb_build_object('cluster', c.name, 'verdict', k.verdict, 'passes', k.passes, 'failures', k.failures, 'message', k.message, 'value', k.value, 'at', k.answered_at) ORDER BY c.name)
      FROM rollout_gate_checks k LEFT JOIN targets t ON t.id::text = k.subject LEFT JOIN clusters c ON c.id = t.cluster_id
      WHERE k.rollout_id = g.rollout_id AND k.stage = g.stage AND k.gate = g.name), '[]') AS checks
  FROM rollout_gates g WHERE g.rollout_id = ANY($1::uuid[]) ORDER BY g.side DESC, g.ordinal`;

@Injectable()
export class StageReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** The stages of each rollout, in order. */
  async stagesOf(viewer: Viewer, rollouts: readonly string[]): Promise<readonly (readonly StageView[])[]> {
    const [stages, gates, seen] = await this.tx.run(viewerScope(viewer), async () => {
      const rows = await this.tx.query<GateRecord>(SELECT_GATES, [rollouts]);
      return [await this.tx.query<StageRow>(SELECT_STAGES, [rollouts]), rows, await seenAtGates(this.tx, rows)] as const;
    });
    const keyOf = (rollout: string, stage: string): string => `${rollout} ${stage}`;
    const gatesOf = Map.groupBy(gates, (gate) => keyOf(gate.rollout_id, gate.stage));
    const byRollout = Map.groupBy(stages, (row) => row.rollout_id);
    return rollouts.map((id) => (byRollout.get(id) ?? []).map((row) => toStage(row, gatesOf.get(keyOf(id, row.name)) ?? [], seen)));
  }
}

function toStage(row: StageRow, gates: readonly GateRecord[], seen: SeenAtGates): StageView {
  const { name, ordinal, state, counts, promoted_at: promotedAt } = row;
  return {
    name, ordinal, state, counts, maxConcurrency: row.max_concurrency ?? undefined, failureBudget: row.failure_budget ?? undefined,
    deadlineMs: row.deadline_ms === null ? undefined : Number(row.deadline_ms), soakMs: Number(row.soak_ms), soaksSince: row.settled_at ?? undefined,
    promoted: promotedAt === null ? undefined : { at: promotedAt, by: row.promoted_by ?? '', reason: row.promoted_reason ?? '' }, gates: gates.map((gate) => toGate(gate, seen)),
    openedAt: row.opened_at ?? undefined, closedAt: row.closed_at ?? undefined,
  };
}

function toGate(gate: GateRecord, seen: SeenAtGates): GateView {
  const { side, state, since, spec, approvals, checks } = gate;
  return {
    side, state, spec, since: since ?? undefined, approvals: approvals.map(({ by, comment, at }) => ({ by, comment, at: new Date(at) })),
    checks: seen.get(gateKey(gate)) ?? checks.map(({ cluster, verdict, value, at, ...rest }) => ({ ...rest, cluster: cluster ?? undefined, verdict: verdict ?? undefined, value: value ?? undefined, at: at === null ? undefined : new Date(at) })),
  };
}
