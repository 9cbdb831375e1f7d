import { objectKey, type ObjectRef, type TargetId } from '#domain';

/** What a target declares and another one has. */
export interface Taken {
  readonly ref: ObjectRef;
  readonly owner: TargetId;
  /** It was not asked for before. */
  readonly isNew: boolean;
}

/**
 * Which local target has which object: what inventories hold, and what a pass has claimed and not yet recorded. Claiming is one
 * synchronous step, so that of two targets that declare one object the first gets it, whatever the clusters' annotations say meanwhile.
 */
export class ObjectIndex {
  readonly #owner = new Map<string, TargetId>();
  readonly #objects = new Map<TargetId, ReadonlySet<string>>();
  readonly #wanted = new Map<TargetId, ReadonlySet<string>>();
  readonly #expected = new Map<TargetId, ReadonlySet<string>>();

  ownerOf(ref: ObjectRef): TargetId | undefined {
    return this.#owner.get(objectKey(ref));
  }

  /** How many objects other targets have in a namespace. */
  othersIn(namespace: string, target: TargetId): number {
    return [...this.#owner].filter(([key, owner]) => owner !== target && key.split('/')[2] === namespace).length;
  }

  /** Another target that declares the object and waits for its owner to let go. */
  wantedBy(ref: ObjectRef, owner: TargetId): TargetId | undefined {
    return findOther(this.#wanted, ref, owner);
  }

  /** Another target that declares the object in a release that is held, and asks for it when that may begin. */
  expectedBy(ref: ObjectRef, owner: TargetId): TargetId | undefined {
    return findOther(this.#expected, ref, owner);
  }

  /** What a target will ask for; empty: nothing any more. Answers with the owners of what it did not expect before, or does not now. */
  expect(target: TargetId, refs: readonly ObjectRef[]): readonly TargetId[] {
    const before = this.#expected.get(target) ?? new Set<string>();
    const now = new Set(refs.map(objectKey));
    if (now.size === 0) this.#expected.delete(target);
    else this.#expected.set(target, now);
    const changed = [...[...now].filter((key) => !before.has(key)), ...[...before].filter((key) => !now.has(key))];
    const owners = changed.flatMap((key) => this.#owner.get(key) ?? []);
    return [...new Set(owners)].filter((owner) => owner !== target);
  }

  /** Claims all of them or none; the answer names what other targets have, and whether it was asked for before. */
  claim(target: TargetId, refs: readonly ObjectRef[]): readonly Taken[] {
    const taken = refs.flatMap((ref) => {
      const owner = this.ownerOf(ref);
      return owner === undefined || owner === target ? [] : [{ ref, owner, isNew: this.#wanted.get(target)?.has(objectKey(ref)) !== true }];
    });
    if (taken.length > 0) {
      this.#wanted.set(target, new Set(taken.map(({ ref }) => objectKey(ref))));
      return taken;
    }
    this.#wanted.delete(target);
    this.#set(target, new Set([...(this.#objects.get(target) ?? []), ...refs.map(objectKey)]));
    return [];
  }

  /** What the target has now; the rest of its claims is let go. Answers with the targets that waited for something. */
  settle(target: TargetId, refs: readonly ObjectRef[]): readonly TargetId[] {
    const before = this.#objects.get(target) ?? new Set<string>();
    const now = new Set(refs.map(objectKey));
    this.#set(target, now);
    const released = [...before].filter((key) => !now.has(key));
    return released.length === 0 ? [] : [...this.#wanted].filter(([, keys]) => released.some((key) => keys.has(key))).map(([waiting]) => waiting);
  }

  /** The target no longer wants what others have. */
  unwant(target: TargetId): void {
    this.#wanted.delete(target);
  }

  #set(target: TargetId, keys: ReadonlySet<string>): void {
    for (const key of this.#objects.get(target) ?? []) if (!keys.has(key)) this.#owner.delete(key);
    for (const key of keys) this.#owner.set(key, target);
    if (keys.size === 0) this.#objects.delete(target);
    else this.#objects.set(target, keys);
  }
}

function findOther(declared: ReadonlyMap<TargetId, ReadonlySet<string>>, ref: ObjectRef, owner: TargetId): TargetId | undefined {
  const key = objectKey(ref);
  for (const [target, keys] of declared) if (target !== owner && keys.has(key)) return target;
  return undefined;
}
