export const AGENT_NAMESPACE = 'capstan-system';
/** Who the agent is, and as whom it applies. */
export const AGENT_ACCOUNT = `system:serviceaccount:${AGENT_NAMESPACE}:capstan-agent`;
export const APPLY_ACCOUNT = `system:serviceaccount:${AGENT_NAMESPACE}:capstan-apply`;
