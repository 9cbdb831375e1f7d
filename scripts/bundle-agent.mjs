/**
 * `node scripts/bundle-agent.mjs [directory]`: the agent as dist/agent.mjs, and beside it in agent-parts/ what it loads only when it needs
 * it. Memory is why: every byte of source that is loaded stays resident two to three times. Made from the sources (the agent has no
 * decorators), so that it depends on nothing else that was built.
 */
import { build } from 'esbuild';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const outdir = resolve(process.argv[2] ?? join(root, 'dist'));
const parts = join(outdir, 'agent-parts');

/** Our own modules do nothing by being imported: what a barrel offers and nobody takes need not come along. */
const ownModulesArePure = {
  name: 'own-modules-are-pure',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[.#]/ }, async ({ path, pluginData, ...where }) => {
      if (pluginData === 'asked') return undefined;
      const found = await resolve(path, { ...where, pluginData: 'asked' });
      return found.path.includes('node_modules') ? found : { ...found, sideEffects: false };
    });
  },
};

rmSync(parts, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { agent: 'apps/agent/src/main.ts' },
  conditions: ['source'],
  outdir,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'agent-parts/[name]-[hash]',
  splitting: true,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  // Names stay: stacks of a running agent must read. What is left out is white space.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [ownModulesArePure],
  // grpc-js and friends are CommonJS and call require for Node's own modules
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  // exec and OIDC credentials of a kubeconfig only: loaded when such a kubeconfig is used
  external: ['@kubernetes/client-node'],
});
const lazy = readdirSync(parts).filter((name) => name.endsWith('.mjs')).reduce((sum, name) => sum + statSync(join(parts, name)).size, 0);
process.stderr.write(`build: agent.mjs, ${Math.round(statSync(join(outdir, 'agent.mjs')).size / 1024)} KiB, and ${Math.round(lazy / 1024)} KiB in parts\n`);
