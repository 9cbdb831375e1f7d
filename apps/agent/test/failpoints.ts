/** Where the agent's core can be killed: for suites that run it on real Kubernetes. */
export { AGENT_FAILPOINTS } from '../src/reconcile/agent-failpoints.js';
