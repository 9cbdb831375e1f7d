import { contentKey, dependentsLeaving, missingDependencies, type DependencyState, type Order, type TargetId } from '#domain';
import { healthOfTarget } from '../report/build-report.js';
import type { TargetRuntime } from './target-runtime.js';

interface Waiting {
  /** `project/application` of those that it waits for. */
  readonly keys: ReadonlySet<string>;
  /** What it waits for, as it was told; it is woken when the answer changes. */
  readonly told: readonly string[];
  readonly ask: () => readonly string[];
}

/**
 * What the targets of this agent need of each other. Asked anew with every pass: nothing here is the only copy. An application is known by
 * its project and name, as in `dependsOn`. Bounded by the number of targets.
 */
export class Dependencies {
  readonly #waiting = new Map<TargetId, Waiting>();

  constructor(private readonly runtimes: () => Iterable<TargetRuntime>) {}

  /** What the order still has to wait for before its release may be applied, in sentences; empty: nothing. */
  missingFor(target: TargetId, order: Order): readonly string[] {
    const names = order.dependsOn ?? [];
    if (names.length === 0) return [];
    return this.#await(target, names.map((name) => keyOf(order.project.name, name)), () => missingDependencies(names, (name) => this.#stateOf(order.project.name, name)));
  }

  /** Applications that need this one and are being removed with all they own: they go first. */
  dependentsLeaving(target: TargetId, order: Order): readonly string[] {
    const { project, application } = order;
    const ask = (): readonly string[] => {
      const leaving = [...this.runtimes()].map(({ order: { order: other } }) => other).filter((other) => isLeaving(other) && other.project.name === project.name);
      return dependentsLeaving(application.name, new Map(leaving.map((other) => [other.application.name, other.dependsOn ?? []])));
    };
    return this.#await(target, ask().map((name) => keyOf(project.name, name)), ask);
  }

  /** Something is known of a target anew, or it is gone: those that wait for it and have another answer by now. */
  changedBy({ project, application }: Order): readonly TargetId[] {
    const key = keyOf(project.name, application.name);
    return [...this.#waiting].flatMap(([target, { keys, told, ask }]) => (keys.has(key) && ask().join('\n') !== told.join('\n') ? [target] : []));
  }

  forget(target: TargetId): void {
    this.#waiting.delete(target);
  }

  #await(target: TargetId, keys: readonly string[], ask: () => readonly string[]): readonly string[] {
    const told = ask();
    if (told.length === 0) this.#waiting.delete(target);
    else this.#waiting.set(target, { keys: new Set(keys), told, ask });
    return told;
  }

  #stateOf(project: string, application: string): DependencyState | undefined {
    for (const runtime of this.runtimes()) {
      const { order } = runtime.order;
      if (order.project.name === project && order.application.name === application) return stateOf(runtime);
    }
    return undefined;
  }
}

function stateOf(runtime: TargetRuntime): DependencyState {
  const { order } = runtime.order;
  const { health, message } = healthOfTarget(runtime);
  return {
    isAssigned: order.kind === 'ASSIGNMENT',
    isApplied: order.kind === 'ASSIGNMENT' && !runtime.isPartial && runtime.inventory?.head.applied?.contentKey === contentKey(order),
    sync: runtime.status.sync, health, message,
  };
}

function isLeaving(order: Order): boolean {
  return order.kind === 'TOMBSTONE' && order.mode === 'DELETE';
}

function keyOf(project: string, application: string): string {
  return `${project}/${application}`;
}
