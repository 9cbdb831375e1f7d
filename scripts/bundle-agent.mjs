/** The agent as one file, bundled from dist (swc has done the types). Heavy, rarely needed parts stay lazy chunks of their own. */
import { build } from 'esbuild';
import { existsSync, statSync } from 'node:fs';

const entry = 'dist/apps/agent/src/main.js';
if (existsSync(entry)) {
  await build({
    entryPoints: [entry],
    outfile: 'dist/agent.mjs',
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: 'linked',
    minifySyntax: true,
    keepNames: true,
    logLevel: 'warning',
    // grpc-js and friends are CommonJS and call require for Node's own modules
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    // exec and OIDC credentials of a kubeconfig only: loaded when such a kubeconfig is used
    external: ['@kubernetes/client-node'],
  });
  process.stderr.write(`build: dist/agent.mjs, ${Math.round(statSync('dist/agent.mjs').size / 1024)} KiB\n`);
}
