import type { RealCluster } from '#testing';
import { listEverything } from '../demo/list-everything.js';
import { AGENT_NAMESPACE } from '../stage/agent-accounts.js';

/** What comes and goes by itself: leases of the control plane and nodes, and all that the agent keeps for itself. */
const RESTLESS = [/^\/apis\/coordination\.k8s\.io\//, new RegExp(` ${AGENT_NAMESPACE}/`)];

/** Every object of a cluster by kind, name and UID, but what comes and goes by itself. */
export async function namesOfEverything(cluster: RealCluster): Promise<readonly string[]> {
  const lines = await listEverything(cluster);
  return lines.map((line) => line.split(' ').slice(0, 3).join(' ')).filter((line) => !RESTLESS.some((restless) => restless.test(line)));
}
