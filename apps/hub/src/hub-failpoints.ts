/** Every place at which a test may kill a hub: between two steps of the watcher of sources and of the writer of commits, inside the transactions of the planner, and around a question for a gate, to an agent or a validator. A name says what has just happened. */
export const HUB_FAILPOINTS = [
  'source-watcher.after-claim',
  'source-watcher.after-look-up',
  'source-watcher.after-mirror',
  'source-watcher.after-judgement',
  'source-watcher.after-evaluation',
  'source-watcher.after-sightings',
  'source-watcher.before-finish',
  'planner.after-settle',
  'planner.after-tombstones',
  'planner.before-late-rollout',
  'planner.after-refresh',
  'planner.after-load',
  'planner.after-bump',
  'planner.after-signing',
  'planner.after-orders',
  'planner.before-commit',
  'git-writes.after-claim',
  'git-writes.after-build',
  'git-writes.before-push',
  'git-writes.after-push',
  'gate-checks.after-claim',
  'gate-checks.after-answer',
  'validators.before-answer',
] as const;

export type HubFailpoint = (typeof HUB_FAILPOINTS)[number];
