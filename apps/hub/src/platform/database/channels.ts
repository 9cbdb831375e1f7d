/**
 * Channels of LISTEN and NOTIFY. A payload is one id; a notification is a hint, never the truth: whoever misses one rereads
 * on reconnect and every ten minutes.
 */
export const CHANNELS = {
  /** Cluster id: its orders changed, `clusters.desired_seq` was raised. */
  clusterOrders: 'cluster_orders',
  /** Target id: assigned or observed state changed. */
  targetChanged: 'target_changed',
  /** Cluster id: row, facts or connection changed. */
  clusterChanged: 'cluster_changed',
  /** Repository id: look at it soon (an application of it is new or changed). */
  repositoryHint: 'repository_hint',
  /** Repository id: its row says that a look is due (webhook, changed settings). */
  repositoryDue: 'repository_due',
  /** Id of a git write: a commit is owed. */
  gitWriteDue: 'git_write_due',
  /** Application id: its row, rollouts or targets changed, and the planner may have something to do. */
  applicationChanged: 'application_changed',
  /** Rollout id: its row, or one of its stages, gates or targets, changed. */
  rolloutChanged: 'rollout_changed',
  /** Rollout id: its gates have something to ask agents for. */
  gateChecks: 'gate_checks',
  /** Cluster id: certificates were revoked, close its streams. */
  certificateRevoked: 'certificate_revoked',
  /** Principal id: a token was revoked, close its subscriptions. */
  accessRevoked: 'access_revoked',
} as const;

export type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];
