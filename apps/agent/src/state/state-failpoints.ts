/** Where a test kills the agent in the middle of a change of its durable state. A name says what has just happened. */
export const STATE_FAILPOINTS = ['agent.state.after-shards', 'agent.state.after-head', 'agent.state.after-parts'] as const;

export type StateFailpoint = (typeof STATE_FAILPOINTS)[number];
