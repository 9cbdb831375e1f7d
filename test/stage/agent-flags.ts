import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Node's flags for an agent, as `npm run agent` has them. They are loaded by path because scripts are no part of the compiled tree. */
export async function agentFlags(root: string): Promise<readonly string[]> {
  const module: unknown = await import(pathToFileURL(join(root, 'scripts', 'agent-flags.mjs')).href);
  const flags: unknown = typeof module === 'object' && module !== null && 'AGENT_FLAGS' in module ? module.AGENT_FLAGS : undefined;
  if (!Array.isArray(flags) || !flags.every((flag) => typeof flag === 'string')) throw new Error('scripts/agent-flags.mjs has no AGENT_FLAGS');
  return flags;
}
