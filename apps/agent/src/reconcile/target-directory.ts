import type { ObjectRef, TargetId } from '#domain';

/** What one target's worker may know of the other targets of this agent. */
export interface TargetDirectory {
  /** Whether a target of this agent carries this owner annotation, and its inventory is known. */
  hasOwner(owner: string): boolean;
  /** `project/application` of a target; its id when it has no order. */
  nameOf(target: TargetId): string;
  /** Whether another target of this agent has not come to its order yet: it may still ask for objects. */
  isAnyUnsettledBut(target: TargetId): boolean;
  /** Whether a target may be about to let go of an object: it has not come to its order yet, is being removed, or keeps what it no longer declares. */
  mayLetGo(target: TargetId, ref: ObjectRef): boolean;
  /** Something that these targets waited for may have come. */
  wake(targets: readonly TargetId[]): void;
}
