import type { KubeObject } from '#domain';

/** One write as watchers see it. `previous` decides transitions in and out of a selector. Objects are never changed in place. */
export interface Change {
  readonly revision: number;
  readonly table: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

/** The last `capacity` changes of a cluster, and those who listen for more. Older ones are forgotten: a watch from before them is Gone. */
export class ChangeLog {
  private changes: Change[] = [];
  private readonly listeners = new Set<(change: Change) => void>();
  private forgottenUpTo = 0;

  constructor(private readonly capacity: number) {}

  append(change: Change): void {
    this.changes.push(change);
    // Trimmed in batches: a shift per append would copy the array each time.
    if (this.changes.length > this.capacity * 2) this.forget(this.changes.length - this.capacity);
    for (const listener of this.listeners) listener(change);
  }

  /** Changes after `revision` in order, or undefined when some of them are forgotten. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.forgottenUpTo) return undefined;
    return this.changes.filter((change) => change.revision > revision);
  }

  isForgotten(revision: number): boolean {
    return revision < this.forgottenUpTo;
  }

  /** Forgets everything up to now, as a compaction of etcd does. */
  compact(): void {
    this.forget(this.changes.length);
  }

  /** @returns the way to stop listening */
  listen(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private forget(count: number): void {
    this.forgottenUpTo = this.changes[count - 1]?.revision ?? this.forgottenUpTo;
    this.changes = this.changes.slice(count);
  }
}
