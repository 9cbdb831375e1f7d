/**
 * Brings the programs that Capstan and its tests run: kustomize, helm 4 (`helm`) and helm 3 (`helm3`), and for tests a registry and a real Kubernetes (kube-apiserver,
 * kube-controller-manager, kube-scheduler, etcd, kwok) with the CA injector of cert-manager. Each is a plain Go build of the module pinned under tools/, kept
 * outside the tree and keyed by its go.mod, go.sum, main.go and flags: built once, found ever after.
 *
 *   node scripts/tools.mjs [kustomize] [helm] [registry] [kubernetes]     (default: kustomize helm)
 *
 * A program on the PATH, or named by its variable (CAPSTAN_KUSTOMIZE, CAPSTAN_HELM, CAPSTAN_HELM3), is used instead of building.
 * Runs on Node 20 and imports nothing but Node's own modules: it works before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const KUBERNETES = 'v1.36.3';
const version = (major, minor) =>
  ['-s -w', `-X k8s.io/component-base/version.gitVersion=${KUBERNETES}`, `-X k8s.io/component-base/version.gitMajor=${major}`, `-X k8s.io/component-base/version.gitMinor=${minor}`].join(' ');

const MODULES = {
  kustomize: { packages: { kustomize: 'sigs.k8s.io/kustomize/kustomize/v5' }, ldflags: '-s -w', variable: 'CAPSTAN_KUSTOMIZE', about: 'half a minute' },
  helm: { packages: { helm: 'helm.sh/helm/v4/cmd/helm' }, ldflags: '-s -w', variable: 'CAPSTAN_HELM', about: 'two minutes' },
  helm3: { packages: { helm3: 'helm.sh/helm/v3/cmd/helm' }, ldflags: '-s -w', variable: 'CAPSTAN_HELM3', about: 'a minute' },
  registry: { packages: { registry: 'github.com/distribution/distribution/v3/cmd/registry' }, ldflags: '-s -w', about: 'a minute' },
  etcd: { packages: { etcd: 'go.etcd.io/etcd/server/v3' }, ldflags: '-s -w', about: 'two minutes' },
  kwok: { packages: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' }, ldflags: '-s -w', about: 'three minutes' },
  cainjector: { packages: { cainjector: 'capstan.dev/tools/cainjector' }, ldflags: '-s -w', about: 'two minutes' },
  kubernetes: {
    packages: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    },
    ldflags: version(1, 36),
    about: 'ten minutes',
  },
};
const GROUPS = { kustomize: ['kustomize'], registry: ['registry'], helm: ['helm', 'helm3'], kubernetes: ['kubernetes', 'etcd', 'kwok', 'cainjector'] };

function cacheRoot() {
  return process.env.CAPSTAN_TOOLS_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'capstan', 'tools');
}

function moduleDirectory(name) {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(ROOT, 'tools', name, file)));
  // A program of our own around somebody else's library.
  const main = join(ROOT, 'tools', name, 'main.go');
  if (existsSync(main)) hash.update(readFileSync(main));
  hash.update(JSON.stringify([MODULES[name].packages, MODULES[name].ldflags, process.platform, process.arch]));
  return join(cacheRoot(), `${name}-${hash.digest('hex').slice(0, 16)}`);
}

/** The path of a program: by its variable, on the PATH (kustomize, helm and helm3 only), or built before. Undefined: not there. */
export function findTool(program) {
  const [name, spec] = Object.entries(MODULES).find(([, module]) => program in module.packages) ?? [];
  if (spec === undefined) throw new Error(`no such tool: ${program}`);
  const named = spec.variable === undefined ? undefined : process.env[spec.variable];
  if (named !== undefined && named !== '') return named;
  const built = join(moduleDirectory(name), program);
  if (existsSync(built)) return built;
  if (spec.variable === undefined) return undefined;
  return (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, program)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Builds what is missing, one module after the other, with a line of progress every ten seconds. Throws with the way out when it cannot. */
export async function ensureTools(groups, say = (line) => process.stderr.write(`${line}\n`)) {
  for (const name of groups.flatMap((group) => GROUPS[group] ?? fail(`no such group of tools: ${group}; there are ${Object.keys(GROUPS).join(', ')}`))) {
    const spec = MODULES[name];
    if (Object.keys(spec.packages).every((program) => findTool(program) !== undefined)) continue;
    await build(name, spec, say);
  }
}

async function build(name, spec, say) {
  if (spawnSync('go', ['version']).status !== 0) {
    fail(`${Object.keys(spec.packages).join(', ')}: not found, and there is no Go to build it. Install Go${spec.variable ? `, or put it on the PATH, or name it in ${spec.variable}` : ''}.`);
  }
  const target = moduleDirectory(name);
  const work = `${target}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  say(`tools: building ${Object.keys(spec.packages).join(', ')} (once; about ${spec.about}) ...`);
  const started = Date.now();
  const ticker = setInterval(() => say(`tools: still building ${name}, ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
  try {
    for (const [program, path] of Object.entries(spec.packages)) await goBuild(name, spec, path, join(work, program));
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  } finally {
    clearInterval(ticker);
  }
  try {
    renameSync(work, target); // whole or not at all: a build that was killed is never found
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    if (!existsSync(target)) throw error; // somebody else finished first: theirs is as good
  }
  say(`tools: ${name} ready after ${Math.round((Date.now() - started) / 1000)} s`);
}

function goBuild(name, spec, path, output) {
  return new Promise((resolve, reject) => {
    const child = spawn('go', ['build', '-buildvcs=false', '-ldflags', spec.ldflags, '-o', output, path], {
      cwd: join(ROOT, 'tools', name),
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-8000)));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`go build ${path} failed:\n${stderr}`))));
  });
}

function fail(message) {
  throw new Error(message);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2);
  const groups = named.length > 0 ? named : ['kustomize', 'helm'];
  try {
    await ensureTools(groups);
    for (const group of groups) {
      for (const name of GROUPS[group]) for (const program of Object.keys(MODULES[name].packages)) process.stdout.write(`${program}\t${findTool(program)}\n`);
    }
  } catch (error) {
    process.stderr.write(`tools: ${error.message}\n`);
    process.exitCode = 1;
  }
}
