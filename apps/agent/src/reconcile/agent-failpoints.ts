import type { REPLACE_FAILPOINTS } from './replace-failpoints.js';

/**
 * Every place at which a test kills the agent: the end of each step that leaves a trace outside the process, in the order of a pass.
 * A name says what has just happened.
 */
export const AGENT_FAILPOINTS = [
  'agent.orders.after-put',
  'agent.content.after-render',
  'agent.content.after-store',
  'agent.prune.after-listing',
  'agent.apply.after-claims',
  'agent.apply.after-server-check',
  'agent.apply.after-namespace',
  'agent.hooks.after-ground',
  'agent.hooks.after-open',
  'agent.hooks.after-intent',
  'agent.hooks.before-delete',
  'agent.hooks.after-delete',
  'agent.hooks.after-create',
  'agent.hooks.after-record',
  'agent.hooks.after-clear',
  'agent.apply.after-intent',
  'agent.apply.after-object',
  'agent.apply.after-wave',
  'agent.apply.after-live',
  'agent.apply.after-settle',
  'agent.prune.before-delete',
  'agent.prune.after-delete',
  'agent.prune.after-record',
  'agent.commit.after-head',
  'agent.commit.after-retain',
  'agent.heal.after-intent',
  'agent.heal.after-apply',
  'agent.heal.after-live',
  'agent.health.after-mark',
  'agent.removal.before-delete',
  'agent.removal.after-delete',
  'agent.removal.after-record',
  'agent.removal.after-release',
  'agent.removal.after-drop',
  'agent.removal.after-content',
  'agent.removal.after-order',
] as const;

export type AgentFailpoint = (typeof AGENT_FAILPOINTS)[number] | (typeof REPLACE_FAILPOINTS)[number];
