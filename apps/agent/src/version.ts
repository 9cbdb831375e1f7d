/** What this agent says of itself to its hub. */
export const AGENT_VERSION = '0.1.0';
