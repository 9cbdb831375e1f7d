import type { RolloutId } from '#domain';

/** The rollout that a person told something, and whether that was news to it: what was so already is no error, and leaves no record. */
export interface ToldRollout {
  readonly rollout: RolloutId;
  readonly hasChanged: boolean;
}
