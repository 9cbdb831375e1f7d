/** `npm run hub|agent|capstan|demo|bench -- ...`: does the set-up that is missing, then becomes that program. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { AGENT_FLAGS } from './agent-flags.mjs';
import { ensureReady, projectEnvironment, projectNode, ROOT, say } from './setup.mjs';
import { findTool } from './tools.mjs';

const PROGRAMS = {
  hub: { file: 'dist/apps/hub/src/main.js', tools: [] },
  agent: { file: 'dist/agent.mjs', tools: ['kustomize'], node: AGENT_FLAGS },
  capstan: { file: 'dist/apps/cli/src/main.js', tools: [] },
  demo: { file: 'dist/test/demo/main.js', tools: ['kustomize'] },
  bench: { file: 'dist/test/bench/main.js', tools: ['kustomize'] },
};

const [name, ...args] = process.argv.slice(2);
const program = PROGRAMS[name];
if (program === undefined) {
  say(`usage: node scripts/run.mjs ${Object.keys(PROGRAMS).join('|')} [arguments]`);
  process.exit(2);
}
try {
  await ensureReady({ tools: program.tools });
  // helm is not built unasked: it takes minutes, and most fleets begin without a chart. `npm run tools` brings it.
  const renderers = program.tools.includes('kustomize') ? Object.fromEntries([['CAPSTAN_KUSTOMIZE', findTool('kustomize')], ['CAPSTAN_HELM', findTool('helm') ?? findTool('helm3')]].filter(([, path]) => path !== undefined)) : {};
  const child = spawn(projectNode(), [...(program.node ?? ['--enable-source-maps']), join(ROOT, program.file), ...args], { stdio: 'inherit', env: projectEnvironment(renderers) });
  // Signals of the terminal reach the child by themselves; those sent to this process are passed on.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => signal === 'SIGINT' && process.stdin.isTTY || child.kill(signal));
  child.once('close', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
} catch (error) {
  say(`${name}: ${error.message}`);
  process.exitCode = 1;
}
