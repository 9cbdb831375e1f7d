/** The places of a pass that only an object reaches which is taken over or made anew. */
export const REPLACE_FAILPOINTS = ['agent.adopt.after-hand-over', 'agent.replace.after-delete', 'agent.replace.after-clear'] as const;
