import { createInterface } from 'node:readline/promises';
import type { Part } from '../cast/fleet.js';
import type { Scene } from '../cast/scene.js';
import type { OwnCluster } from './connect-contexts.js';

/** What is going to happen to which clusters. Pure. */
export function warning(clusters: readonly OwnCluster[], parts: readonly Part[], scene: Scene): string {
  const rows = clusters.map(({ context, connection, version }, index) => `  ${(parts[index]?.name ?? '').padEnd(8)} context ${context}, ${connection.server}, Kubernetes ${version}`);
  return `This changes YOUR clusters:

${rows.join('\n')}

In each it makes, and in the end removes again:

  namespaces              ${scene.agentNamespace}, ${scene.shop}, ${scene.nodeReport}
  in the first            ServiceAccounts capstan-agent and capstan-apply, their Roles, Secrets (a token, certificate and state of the agent)
  in the other two        Roles; what the story applies: 2 small Deployments (up to 4 pods of registry.k8s.io/pause), a Service, a ConfigMap
  for the whole cluster   ClusterRole and ClusterRoleBinding ${scene.agentNamespace}: reading namespaces, nodes, volumes and definitions

Nothing that is there is read beyond that or changed. The agents, the hub and Git run on this machine.
`;
}

/** Asks the person at the terminal for one word. Anything else is a no, and so is the end of input or of patience. */
export async function isConfirmed(word: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`Type ${word} to go on: `, { signal }), closed]);
    return answer.trim() === word;
  } catch {
    return false; // interrupted
  } finally {
    terminal.close();
  }
}

/** Whether there is somebody to ask. */
export const isAttended = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;
