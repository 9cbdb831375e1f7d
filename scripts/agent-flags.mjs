/**
 * Flags of Node for the agent, wherever it is started: some 28 MB less resident, and nothing of it is hot. Without the optimizing compilers their
 * own code is never paged in; the baseline compiler stays. Source maps would be held in memory.
 */
export const AGENT_FLAGS = ['--max-semi-space-size=1', '--single-threaded', '--optimize-for-size', '--no-opt', '--no-maglev'];
