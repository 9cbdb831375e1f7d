import { stalled, wait, type ApplyPlan, type AssignmentOrder, type Hook, type KubeObject, type LiveEntry, type ObjectMeta, type ObjectRef, type StepOutcome } from '#domain';
import type { VerifiedOrder } from '../session/session.ports.js';
import type { ObjectReader } from '../apply/object-reader.js';
import type { HealthJudge } from '../health/health-judge.js';
import type { AutoscalerList } from '../drift/autoscaler-list.js';
import type { AgentFailpoint } from './agent-failpoints.js';
import type { AgentPorts, RenderedContent, StateFailure } from './agent.ports.js';
import type { Dependencies } from './dependencies.js';
import type { ObjectIndex } from './object-index.js';
import type { RenderLane } from './render-lane.js';
import type { TargetDirectory } from './target-directory.js';
import type { TargetRuntime } from './target-runtime.js';

/** What every step works with. */
export interface StepContext {
  readonly ports: AgentPorts;
  readonly reader: ObjectReader;
  readonly judge: HealthJudge;
  readonly autoscalers: AutoscalerList;
  readonly renders: RenderLane;
  readonly index: ObjectIndex;
  readonly directory: TargetDirectory;
  readonly dependencies: Dependencies;
  readonly runtime: TargetRuntime;
  /** The order of this pass; a newer one may come into force meanwhile. */
  readonly inForce: VerifiedOrder;
  /** Value of the owner annotation of the target's application. */
  readonly owner: string;
  readonly signal: AbortSignal;
}

/**
 * One small reconciler of a pass. Safe to repeat, and to kill between any two lines. A pass is a chain of them; each takes what those
 * before it found and adds its own.
 */
export type Step<In, Out> = (context: StepContext, input: In) => Promise<StepOutcome<Out>>;

/** One pass for an assignment, as far as it has come. */
export interface Ordered {
  readonly order: AssignmentOrder;
  readonly contentKey: string;
}
export interface WithContent extends Ordered {
  readonly content: RenderedContent;
}
/** What a release will ask for. */
export interface Declared {
  readonly refs: readonly ObjectRef[];
  /** The objects as they would be sent, hooks among them; undefined: one of them cannot be prepared, which `refs` leave out. */
  readonly objects: readonly KubeObject[] | undefined;
}
export interface Announced extends WithContent {
  /** undefined: the release is applied, and has what it declares. */
  readonly declared: Declared | undefined;
}
export interface Prepared extends WithContent {
  /** What is kept in the cluster. */
  readonly objects: readonly KubeObject[];
  /** What is run at its time. */
  readonly hooks: readonly Hook[];
  /** Keys of all hooks, also of those that no release runs. */
  readonly aside: ReadonlySet<string>;
  /** Hooks of this release may have to run, or to run on: it has not been applied whole. */
  readonly areHooksDue: boolean;
  /** Keys of declared objects that ask to be left alone: whatever of them is tracked is let go. */
  readonly skipped: ReadonlySet<string>;
}
export interface Planned extends Prepared {
  readonly plan: ApplyPlan;
  /** What goes at the end of the pass. */
  readonly removeNow: readonly LiveEntry[];
  /** Undeclared objects that stay because `sync.prune` is false. */
  readonly prunable: readonly LiveEntry[];
  /** Undeclared objects that ask to stay: they are let go. */
  readonly kept: readonly LiveEntry[];
  /** Undeclared objects that another application has asked for: they are handed over. */
  readonly moving: readonly LiveEntry[];
  /** Undeclared objects that another application takes over once its release may begin. */
  readonly spared: readonly LiveEntry[];
  /** Undeclared objects that are on their way out already. */
  readonly leaving: readonly LiveEntry[];
}
export interface Claimed extends Planned {
  /** Metadata of what is there, by object key. What is missing here does not exist. */
  readonly live: ReadonlyMap<string, ObjectMeta>;
  /** Objects that must be sent: new or changed, and with a new release also those that drifted. */
  readonly toSend: readonly KubeObject[];
}
export interface Checked extends Claimed {
  /** The application's namespace does not exist yet. */
  readonly isNamespaceMissing: boolean;
  /** UIDs, by object key, of objects to be deleted and created again, since their change is of a field that never changes. */
  readonly toReplace: ReadonlyMap<string, string>;
}

const STATE_RETRY_MS = 2_000;

/** Durable state that could not be read or written: nothing that follows may happen. */
export function explainStateFailure(failure: StateFailure): StepOutcome<never> {
  if (failure.code === 'CORRUPT') return stalled('INTERNAL_ERROR', `stored state does not read: ${failure.message}`);
  if (failure.code === 'FULL') return stalled('OBJECT_TOO_LARGE', failure.message);
  return wait(STATE_RETRY_MS, 'CLUSTER_UNAVAILABLE', failure.code === 'FENCED' ? 'another agent has taken over this cluster' : failure.message);
}

/** Asked right before a write: a writer that lost its lease writes nothing more. */
export function checkFence({ ports }: Pick<StepContext, 'ports'>): StepOutcome<never> | undefined {
  return ports.fence.isHeld() ? undefined : explainStateFailure({ code: 'FENCED', message: '' });
}

/** Nothing has failed: the pass goes on when another target has done its part, and says so meanwhile. */
export function waitApplying({ runtime }: StepContext, retryMs: number, message: string): StepOutcome<never> {
  runtime.status = { sync: 'APPLYING', reason: 'APPLYING', message };
  return wait(retryMs, 'APPLYING', message);
}

export async function reached({ ports }: Pick<StepContext, 'ports'>, name: AgentFailpoint): Promise<void> {
  await ports.failpoints.hit(name);
}
