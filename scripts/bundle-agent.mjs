/**
 * `node scripts/bundle-agent.mjs [directory] [name]`: the agent as dist/agent.mjs, and beside it in agent-parts/ the programs of the processes
 * that it starts, and what it loads only when it needs it, one file for each `import()`. With a name, that one alone. Memory is why: every
 * byte of source that is loaded stays resident two to three times. A part stands alone, with its own copy of what it shares with the agent:
 * esbuild's splitting would load whole barrels for both. Made from the sources (the agent has no decorators), so that it depends on nothing
 * else that was built.
 */
import { build } from 'esbuild';
import { rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const outdir = resolve(process.argv[2] ?? join(root, 'dist'));
const PARTS = 'agent-parts';

/** Source text of the entry by name of the bundle. Grows while bundles are made. */
const bundles = new Map([
  ['agent', `import './apps/agent/src/main.ts';`],
  // started as processes of their own, not imported
  ['cel-child', `import './apps/agent/src/cel/cel-child.ts';`],
  ['render-process', `import './libs/render/src/process/render-process.ts';`],
]);
const only = process.argv[3];
if (only !== undefined) for (const name of bundles.keys()) if (name !== only) bundles.delete(name);

/**
 * `import` of one of Node's modules reads all of its exports, and some of those load a lot when they are read: node:http brings the whole
 * of fetch, node:tls every root certificate, together 13 MB. `require` reads nothing.
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) => (kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = require(${JSON.stringify(path)});`, loader: 'js' }));
  },
};

/** grpc-js reads .proto files for one service of its own, Channelz, which an agent does not offer. */
const withoutChannelz = {
  name: 'without-channelz',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({ contents: `throw new Error(${JSON.stringify(`${path} is not part of the agent`)});`, loader: 'js' }));
  },
};

const ownModules = {
  name: 'own-modules',
  setup({ initialOptions, onResolve, resolve: resolvePath }) {
    onResolve({ filter: /.*/ }, async ({ path, pluginData, ...where }) => {
      if (pluginData === 'asked' || where.kind === 'entry-point' || where.importer === '<stdin>') return undefined;
      const found = await resolvePath(path, { ...where, pluginData: 'asked' });
      if (found.external || found.errors.length > 0) return found;
      const isOurs = !found.path.includes('node_modules');
      // Our own modules do nothing by being imported: what a barrel offers and nobody takes need not come along.
      if (where.kind !== 'dynamic-import') return isOurs ? { ...found, sideEffects: false } : found;
      const name = isOurs && basename(found.path) !== 'index.ts' ? basename(found.path, '.ts') : path.replace(/^#/, '').replaceAll('/', '-');
      bundles.set(name, isOurs ? `export * from ${JSON.stringify(found.path)};` : await reExport(path));
      if (initialOptions.outfile.endsWith('render-process.mjs')) throw new Error(`the process that renders must be one file, and ${where.importer} loads ${path} later`);
      return { path: `./${initialOptions.outfile.includes(PARTS) ? '' : `${PARTS}/`}${name}.mjs`, external: true };
    });
  },
};

/** CommonJS packages do not say what they export: asked at run time, it is written down. */
async function reExport(specifier) {
  const names = Object.keys(await import(specifier)).filter((name) => name !== 'default' && name !== 'module.exports');
  return `export { ${names.join(', ')} } from ${JSON.stringify(specifier)};`;
}

function bundle(name, contents) {
  return build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root },
    outfile: join(outdir, name === 'agent' ? '' : PARTS, `${name}.mjs`),
    conditions: ['source'],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // A map that Node finds is kept in memory once the first stack is read, 30 MB of it: it lies beside the file for people.
    sourcemap: 'external',
    // Names stay: stacks of a running agent must read. What is left out is white space.
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [lazyBuiltins, withoutChannelz, ownModules],
    // grpc-js and friends are CommonJS and call require for Node's own modules
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    // exec and OIDC credentials of a kubeconfig only: loaded when such a kubeconfig is used
    external: ['@kubernetes/client-node'],
  });
}

rmSync(join(outdir, PARTS), { recursive: true, force: true });
for (const [name, contents] of bundles) await bundle(name, contents); // a Map is walked to the entries that were added meanwhile
const sizes = [...bundles.keys()].map((name) => `${name} ${Math.round(statSync(join(outdir, name === 'agent' ? '' : PARTS, `${name}.mjs`)).size / 1024)} KiB`);
process.stderr.write(`build: ${sizes.join(', ')}\n`);
