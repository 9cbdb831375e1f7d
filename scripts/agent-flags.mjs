/** Flags of Node for the agent, wherever it is started: some 20 MB less resident, and nothing of it is hot. Source maps would be held in memory. */
export const AGENT_FLAGS = ['--max-semi-space-size=1', '--single-threaded', '--optimize-for-size'];
