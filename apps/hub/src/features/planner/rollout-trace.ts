import { parseTraceparent, traceUnder, type TraceContext, type Tracer } from '#kernel';
import type { AssignmentOrder, OrderVersion, RolloutId, TargetId } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import type { PlannedApplication } from './planned-application.js';

/** Where a rollout belongs: under its release, or in a trace of its own when something else began it. */
export interface RolloutTrace {
  readonly id: RolloutId;
  readonly at: TraceContext;
  readonly parentId: string | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly phase: string;
  readonly reason: string | undefined;
  readonly attributes: Readonly<Record<string, string | number>>;
}

interface Row {
  readonly cause: string;
  readonly state: string;
  readonly reason: string | null;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly number: number;
  readonly release: number;
  readonly commit: string;
  readonly trace: string | null;
}

type Ports = { readonly tx: Pick<TransactionContext, 'query' | 'afterCommit'>; readonly tracer: Tracer };

export async function loadRolloutTrace(tx: Ports['tx'], id: RolloutId): Promise<RolloutTrace> {
  const [row] = await tx.query<Row>(
    `SELECT o.cause, o.state, o.reason, coalesce(o.started_at, now()) AS started_at, coalesce(o.finished_at, now()) AS ended_at, o.number, r.number AS release, r.commit, r.trace
     FROM rollouts o JOIN releases r ON r.id = o.release_id WHERE o.id = $1`,
    [id],
  );
  if (row === undefined) throw new Error(`rollout ${id} or its release is missing`);
  const parent = row.cause === 'RELEASE' ? parseTraceparent(row.trace ?? undefined) : undefined;
  return {
    id, at: traceUnder(parent, id, 'rollout'), parentId: parent?.spanId, startedAt: row.started_at, endedAt: row.ended_at, phase: row.state, reason: row.reason ?? undefined,
    attributes: { 'capstan.rollout': row.number, 'capstan.release': row.release, 'capstan.commit': row.commit },
  };
}

/** The span that an order names, and under which its agent tells of what it did. */
export function assignTrace(rollout: RolloutTrace, stage: string, { target, epoch, generation }: OrderVersion & { readonly target: TargetId }): TraceContext {
  return traceUnder(stageTrace(rollout, stage), target, `assign ${epoch}/${generation}`);
}

export function traceAssign(tracer: Tracer, application: PlannedApplication, rollout: RolloutTrace, { order, stage, cluster }: { readonly order: AssignmentOrder; readonly stage: string; readonly cluster: string | undefined }): void {
  tracer.record({
    name: 'assign', at: assignTrace(rollout, stage, order), parentId: stageTrace(rollout, stage).spanId, startedAt: application.now, endedAt: tracer.now(),
    attributes: { ...attributesOf(application, rollout), 'capstan.stage': stage, 'capstan.target': order.target, 'capstan.cluster': cluster },
  });
}

/** Tells of a stage that has ended, from its rows, once this transaction has committed. @param failure why it stopped; absent: it was closed */
export async function traceStage({ tx, tracer }: Ports, application: PlannedApplication, id: RolloutId, stage: string, failure?: string): Promise<void> {
  const rollout = await loadRolloutTrace(tx, id);
  const [row] = await tx.query<{ opened_at: Date; ended_at: Date }>(
    'SELECT opened_at, coalesce(closed_at, now()) AS ended_at FROM rollout_stages WHERE rollout_id = $1 AND name = $2 AND opened_at IS NOT NULL', [id, stage],
  );
  if (row === undefined) return;
  tx.afterCommit(() => tracer.record({
    name: `stage ${stage}`, at: stageTrace(rollout, stage), parentId: rollout.at.spanId, startedAt: row.opened_at, endedAt: row.ended_at,
    attributes: attributesOf(application, rollout), ...(failure === undefined ? {} : { failure }),
  }));
}

/** Tells of a rollout that has come to its end, once this transaction has committed. */
export async function traceRollout({ tx, tracer }: Ports, application: PlannedApplication, id: RolloutId): Promise<void> {
  const rollout = await loadRolloutTrace(tx, id);
  const { at, parentId, startedAt, endedAt, phase, reason } = rollout;
  tx.afterCommit(() => tracer.record({
    name: 'rollout', at, parentId, startedAt, endedAt, attributes: { ...attributesOf(application, rollout), 'capstan.phase': phase }, ...(phase === 'SUCCEEDED' ? {} : { failure: reason ?? phase }),
  }));
}

function stageTrace({ id, at }: RolloutTrace, stage: string): TraceContext {
  return traceUnder(at, id, `stage ${stage}`);
}

function attributesOf({ name, project }: PlannedApplication, { attributes }: RolloutTrace): RolloutTrace['attributes'] {
  return { 'capstan.application': `${project.name}/${name}`, ...attributes };
}
