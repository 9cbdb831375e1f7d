import type { ReleaseId, TargetId } from '../../ids.js';
import type { OrderVersion } from '../../target/assignment.js';
import { applyRolloutTransition } from '../apply-transition.js';
import { currentStage } from '../control-rollout.js';
import { judgeDeployment } from '../judge-deployment.js';
import { planRollout } from '../plan-rollout.js';
import type { ObservedTarget, RolloutState, RolloutTargetRow, RolloutTransition, StageRow } from '../rollout.types.js';
import type { FleetEvent } from './fleet-event.js';
import { aReleaseId, aTarget, NOW } from './rollout-rows.js';

/** What a person gave a target by hand, and holds there. */
export const BY_HAND = aReleaseId(77);

/** What stands about a target outside its rollout: the order that its agent has, and whether a person holds it. */
interface Standing {
  readonly order: OrderVersion;
  readonly release: ReleaseId | undefined;
  readonly isHeld: boolean;
  /** No order can be made for it: a parameter is missing. */
  readonly isBlocked: boolean;
}

/** One transition, with the rows that the planner saw, and those just before and just after it. */
export interface Step {
  readonly transition: RolloutTransition;
  readonly planned: RolloutState;
  readonly before: RolloutState;
  readonly after: RolloutState;
  readonly now: Date;
}

/** More would be an endless flip between two marks. */
const MOST_ROUNDS = 400;
const MOST_TARGETS = 12;

/**
 * A rollout over a fleet that lives only in memory: agents that report what they are told to, clusters that come and go, people, and a clock
 * that jumps. Transitions are applied as the hub applies them. Versions of orders count per target, so that two runs can be compared.
 */
export class SimulatedRollout {
  readonly #standing = new Map<TargetId, Standing>();
  readonly #namings = new Map<TargetId, number>();
  #nowMs = NOW.getTime();

  /**
   * @param state as a new rollout has it
   * @param watch sees every transition
   * @param cut how many of a batch of transitions are written before the planner is killed and asked again
   */
  constructor(public state: RolloutState, private readonly watch: (step: Step) => void, private readonly cut: (batch: number) => number = (batch) => batch) {
    for (const target of state.targets) this.#enrol(target);
  }

  get now(): Date {
    return new Date(this.#nowMs);
  }

  /** What the agent of a target was last ordered to run. */
  releaseOf(id: TargetId): ReleaseId | undefined {
    return this.#standingOf(id).release;
  }

  /** How often a person has sent a target ahead, and was not refused. */
  namingsOf(id: TargetId): number {
    return this.#namings.get(id) ?? 0;
  }

  /** Asks the planner until it has nothing more to say. */
  settle(): void {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const planned = this.state;
      const batch = planRollout(planned, this.now);
      if (batch.length === 0) return;
      for (const transition of batch.slice(0, Math.max(1, this.cut(batch.length)))) this.#apply(transition, planned);
    }
    throw new Error(`never comes to rest: ${JSON.stringify(planRollout(this.state, this.now), (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`);
  }

  happen(event: FleetEvent): void {
    const target = 'target' in event ? this.state.targets[event.target % Math.max(1, this.state.targets.length)] : undefined;
    switch (event.kind) {
      case 'report':
        return this.#onTarget(target, ({ id }) => ({ observed: this.#reported(id, event.says) }));
      case 'leave':
        return this.#onTarget(target, ({ offlineSince }) => ({ offlineSince: offlineSince ?? this.now }));
      case 'return':
        return this.#onTarget(target, () => ({ offlineSince: undefined }));
      case 'remove':
        return this.#onTarget(target, () => ({ isActive: false }));
      case 'hold':
        return this.#stand(target, (standing) => ({ isHeld: true, release: BY_HAND, order: next(standing.order) }));
      case 'lift':
        return this.#stand(target, () => ({ isHeld: false }));
      case 'block':
        return this.#stand(target, () => ({ isBlocked: true }));
      case 'unblock':
        return this.#stand(target, () => ({ isBlocked: false }));
      case 'deploy':
        return this.#name(target);
      case 'join':
        return this.#join();
      case 'approve':
        return this.#onStages((stage) => ({ gates: stage.gates.map((gate) => ({ ...gate, approvals: gate.approvals + 1 })) }));
      case 'fail-gate':
        return this.#onStages((stage) => ({ gates: stage.name === currentStage(this.state.stages)?.name ? stage.gates.map((gate) => (gate.state === 'WAITING' ? { ...gate, state: 'FAILED' as const } : gate)) : stage.gates }));
      case 'check':
        return this.#onStages((stage) => ({ gates: stage.gates.map((gate) => (target === undefined || gate.state !== 'WAITING' ? gate : { ...gate, checks: [...(gate.checks ?? []).filter(({ subject }) => subject !== target.id), { subject: target.id, verdict: event.verdict, message: '' }] })) }));
      case 'promote':
        return this.#onStages((stage) => (stage.name === currentStage(this.state.stages)?.name && this.#isOneOf('RUNNING', 'PAUSED') ? { isPromoted: true } : {}));
      case 'pause':
        if (this.#isOneOf('RUNNING')) this.state = { ...this.state, phase: 'PAUSED' };
        return;
      case 'resume':
        if (!this.#isOneOf('PAUSED')) return;
        this.state = { ...this.state, phase: 'RUNNING' };
        return this.#onStages((stage) => ({ gates: stage.gates.map((gate) => (gate.state === 'WAITING' ? { ...gate, since: this.now } : gate)) }));
      case 'retry':
        return this.#retry();
      case 'wait':
        this.#nowMs += event.ms;
        return;
    }
  }

  #apply(transition: RolloutTransition, planned: RolloutState): void {
    const before = this.state;
    this.state = this.#isBlockedOrder(transition)
      ? this.#withTarget(transition.target, ({ assignedAs }) => ({ state: transition.to === 'REVERTING' ? 'REVERT_FAILED' : 'FAILED', reason: 'PARAMETER_MISSING', blockedBy: assignedAs === undefined ? 'PARAMETER_MISSING' : undefined, isNamed: false }))
      : applyRolloutTransition(before, transition, (id) => this.#order(id, transition), this.now);
    if (transition.kind === 'mark-target' && transition.to === 'PENDING') this.state = this.#withTarget(transition.target, () => ({ blockedBy: undefined }));
    // What goes back is held there, as the hub does it.
    if (transition.kind === 'halt' && transition.to === 'ROLLING_BACK') for (const [id, standing] of this.#standing) this.#standing.set(id, { ...standing, isHeld: true });
    this.#refreshHolds();
    this.watch({ transition, planned, before, after: this.state, now: this.now });
  }

  #isBlockedOrder(transition: RolloutTransition): transition is Extract<RolloutTransition, { kind: 'assign' }> {
    return transition.kind === 'assign' && this.#standingOf(transition.target).isBlocked;
  }

  #order(id: TargetId, transition: RolloutTransition): OrderVersion {
    const standing = this.#standingOf(id);
    const order = next(standing.order);
    this.#standing.set(id, { ...standing, order, release: transition.kind === 'assign' ? transition.release : standing.release });
    return order;
  }

  #reported(id: TargetId, says: Partial<ObservedTarget>): ObservedTarget {
    const { order, release } = this.#standingOf(id);
    return { ...order, release, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY', ...says };
  }

  #enrol({ id, fromRelease }: RolloutTargetRow): void {
    this.#standing.set(id, { order: { epoch: 1n, generation: 0n }, release: fromRelease, isHeld: false, isBlocked: false });
  }

  #join(): void {
    const stage = this.state.stages.at(-1);
    if (stage === undefined || !this.#isOneOf('RUNNING', 'PAUSED', 'HALTED') || this.state.targets.length >= MOST_TARGETS) return;
    const late = aTarget(`j${this.state.targets.length}`, 'PENDING', { stage: stage.name, fromRelease: undefined });
    this.#enrol(late);
    this.state = { ...this.state, targets: [...this.state.targets, late] };
  }

  #name(target: RolloutTargetRow | undefined): void {
    if (target === undefined) return;
    const verdict = judgeDeployment(this.state, target);
    if (!verdict.ok || verdict.value !== 'NAME') return;
    this.#namings.set(target.id, this.namingsOf(target.id) + 1);
    this.#onTarget(target, () => ({ isNamed: true }));
  }

  #retry(): void {
    if (!this.#isOneOf('RUNNING', 'PAUSED', 'HALTED')) return;
    const targets = this.state.targets.map((target): RolloutTargetRow => (target.state === 'FAILED' ? { ...target, state: 'PENDING', reason: undefined, startedAt: undefined, blockedBy: undefined } : target));
    this.state = { ...this.state, phase: this.state.phase === 'PAUSED' ? 'PAUSED' : 'RUNNING', targets };
    this.#onStages((stage) => ({ gates: stage.gates.map((gate) => (gate.state === 'FAILED' ? { ...gate, state: 'PENDING', checks: [], since: this.now } : gate)) }));
  }

  #isOneOf(...phases: readonly RolloutState['phase'][]): boolean {
    return phases.includes(this.state.phase);
  }

  #standingOf(id: TargetId): Standing {
    const standing = this.#standing.get(id);
    if (standing === undefined) throw new Error(`no target ${id}`);
    return standing;
  }

  #stand(target: RolloutTargetRow | undefined, change: (standing: Standing) => Partial<Standing>): void {
    if (target === undefined) return;
    const standing = this.#standingOf(target.id);
    this.#standing.set(target.id, { ...standing, ...change(standing) });
    this.#refreshHolds();
  }

  #refreshHolds(): void {
    const isHeld = ({ id, release }: RolloutTargetRow): boolean => this.#standingOf(id).isHeld && this.#standingOf(id).release !== release;
    this.state = { ...this.state, targets: this.state.targets.map((target) => (target.isHeld === isHeld(target) ? target : { ...target, isHeld: isHeld(target) })) };
  }

  #onTarget(target: RolloutTargetRow | undefined, change: (target: RolloutTargetRow) => Partial<RolloutTargetRow>): void {
    if (target !== undefined) this.state = this.#withTarget(target.id, change);
  }

  #withTarget(id: TargetId, change: (target: RolloutTargetRow) => Partial<RolloutTargetRow>): RolloutState {
    return { ...this.state, targets: this.state.targets.map((target) => (target.id === id ? { ...target, ...change(target) } : target)) };
  }

  #onStages(change: (stage: StageRow) => Partial<StageRow>): void {
    this.state = { ...this.state, stages: this.state.stages.map((stage) => ({ ...stage, ...change(stage) })) };
  }
}

function next({ epoch, generation }: OrderVersion): OrderVersion {
  return { epoch, generation: generation + 1n };
}
