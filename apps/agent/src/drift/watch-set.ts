import { jitterMs } from '#kernel';
import type { ObjectRef, TargetId } from '#domain';
import type { ObjectAddress } from '../apply/object-reader.js';
import { watchKind, type KindWatchDeps, type WatchedKind } from './kind-watch.js';

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** A kind and the namespaces of one target's objects of it; cluster-wide kinds have none. */
interface NeededKind {
  readonly watched: WatchedKind;
  readonly namespaces: ReadonlySet<string>;
  readonly refs: readonly ObjectRef[];
}

/** More watches than this for one kind cost the API server more than the periodic comparison does. */
const MAX_NAMESPACES = 100;
const REST_MS = 60_000;

/**
 * One watch per kind, shared by all targets that have objects of it; it ends when the last of them has none. Where the accounts may not
 * watch a kind everywhere, one per namespace of its objects. Bounded by the kinds of the cluster.
 */
export class WatchSet {
  readonly #needs = new Map<TargetId, ReadonlyMap<string, NeededKind>>();
  readonly #running = new Map<string, Running>();
  /** Kinds that are watched by namespace. */
  readonly #confined = new Set<string>();
  /** Watches that no account may have now; asked for again after a while. */
  readonly #resting = new Set<string>();

  constructor(
    private readonly deps: Omit<KindWatchDeps, 'expected'>,
    private readonly signal: AbortSignal,
  ) {}

  /** The kinds of one target's objects, and of the hooks that it waits for; an empty inventory needs none. */
  need(target: TargetId, entries: readonly ObjectAddress[]): void {
    const kinds = new Map<string, { readonly watched: WatchedKind; readonly namespaces: Set<string>; readonly refs: ObjectRef[] }>();
    for (const { ref, apiVersion } of entries) {
      const id = `${ref.group}/${ref.kind}`;
      const kind = kinds.get(id) ?? { watched: { group: ref.group, kind: ref.kind, apiVersion }, namespaces: new Set<string>(), refs: [] };
      kind.refs.push(ref);
      if (ref.namespace !== '') kind.namespaces.add(ref.namespace);
      kinds.set(id, kind);
    }
    const before = this.#needs.get(target);
    if (kinds.size === 0) this.#needs.delete(target);
    else this.#needs.set(target, kinds);
    if (!isSameNeed(before ?? new Map(), kinds)) this.#adjust();
  }

  /** Resolves when every watch has ended, after `signal` has aborted. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
  }

  #adjust(): void {
    const wanted = this.#wanted();
    for (const [id, running] of this.#running) if (!wanted.has(id)) this.#stop(id, running);
    for (const [id, { kindId, watched }] of wanted) if (!this.#running.has(id)) this.#start(id, kindId, watched);
  }

  #wanted(): ReadonlyMap<string, { readonly kindId: string; readonly watched: WatchedKind }> {
    const wanted = new Map<string, { readonly kindId: string; readonly watched: WatchedKind }>();
    for (const needed of this.#needs.values()) {
      for (const [kindId, { watched, namespaces }] of needed) {
        if (!this.#confined.has(kindId)) wanted.set(kindId, { kindId, watched });
        else for (const namespace of namespaces) wanted.set(`${kindId}@${namespace}`, { kindId, watched: { ...watched, namespace } });
      }
    }
    for (const id of this.#resting) wanted.delete(id);
    return wanted;
  }

  *#expected({ group, kind, namespace }: WatchedKind): Iterable<ObjectRef> {
    for (const needed of this.#needs.values()) {
      for (const ref of needed.get(`${group}/${kind}`)?.refs ?? []) if (namespace === undefined || ref.namespace === namespace) yield ref;
    }
  }

  #start(id: string, kindId: string, kind: WatchedKind): void {
    if (this.signal.aborted) return;
    const stop = new AbortController();
    const ended = watchKind(kind, { ...this.deps, expected: (watched) => this.#expected(watched) }, AbortSignal.any([this.signal, stop.signal])).then(
      (end) => {
        if (this.#running.get(id)?.stop !== stop) return;
        this.#running.delete(id);
        if (end === 'FORBIDDEN') this.#refuse(id, kindId, kind);
      },
      (error: unknown) => {
        this.deps.log.error('a watch ended by an error; the periodic comparison stands in for it', { kind: kind.kind, group: kind.group, error });
        if (this.#running.get(id)?.stop === stop) this.#running.delete(id);
      },
    );
    this.#running.set(id, { stop, ended });
  }

  /** Everywhere was too much: each namespace for itself. Where not even that is allowed it rests, and when all of them do, everywhere is asked for again: rights come back. */
  #refuse(id: string, kindId: string, { namespace, kind, group }: WatchedKind): void {
    const namespaces = new Set([...this.#needs.values()].flatMap((needed) => [...(needed.get(kindId)?.namespaces ?? [])]));
    if (namespace === undefined && namespaces.size > 0 && namespaces.size <= MAX_NAMESPACES) {
      this.#confined.add(kindId);
      this.#adjust();
      return;
    }
    this.deps.log.warn('no account of this agent may watch a kind here; the periodic comparison stands in for it', { kind, group, namespace });
    this.#resting.add(id);
    if ([...namespaces].every((each) => this.#resting.has(`${kindId}@${each}`))) {
      this.#confined.delete(kindId);
      this.#resting.add(kindId);
    }
    this.#adjust();
    this.deps.timers.sleep(jitterMs(REST_MS, 0.5, this.deps.random), this.signal).then(
      () => {
        this.#resting.delete(id);
        if (!this.#confined.has(kindId)) this.#resting.delete(kindId);
        this.#adjust();
      },
      () => undefined, // the agent stops
    );
  }

  #stop(id: string, running: Running): void {
    this.#running.delete(id);
    running.stop.abort();
  }
}

/** The same kinds in the same namespaces, whatever the objects are: nothing has to begin or end. */
function isSameNeed(a: ReadonlyMap<string, NeededKind>, b: ReadonlyMap<string, NeededKind>): boolean {
  return a.size === b.size && [...a].every(([id, { namespaces }]) => {
    const others = b.get(id)?.namespaces;
    return others !== undefined && others.size === namespaces.size && [...namespaces].every((namespace) => others.has(namespace));
  });
}
