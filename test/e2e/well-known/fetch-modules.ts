import { err, ok, type Result } from '#kernel';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ManifestModule } from './modules.js';

const run = promisify(execFile);
const FETCH_MS = 180_000;

function cacheRoot(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'capstan', 'manifests');
}

/** Where a folder of a module lies once it was fetched. */
export function folderOf({ path, version }: ManifestModule, folder: string): string {
  return join(cacheRoot(), `${path.replaceAll('/', '!')}@${version}`, folder);
}

/**
 * Fetches what is not in the cache yet, one module after the other, with a line for each. Go checks each against its checksum. A fetch that is cut off
 * leaves nothing behind that would be found later.
 */
export async function fetchModules(modules: readonly ManifestModule[]): Promise<Result<void, string>> {
  for (const module of modules) {
    if (module.folders.every((folder) => existsSync(folderOf(module, folder)))) continue;
    process.stderr.write(`manifests: fetching ${module.path}@${module.version} (once) ...\n`);
    const started = performance.now();
    try {
      await fetchModule(module);
    } catch (error) {
      return err(`${module.path}@${module.version} could not be fetched: ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`);
    }
    process.stderr.write(`manifests: ${module.path} after ${Math.round((performance.now() - started) / 1000)} s\n`);
  }
  return ok(undefined);
}

async function fetchModule(module: ManifestModule): Promise<void> {
  await mkdir(cacheRoot(), { recursive: true });
  const work = await mkdtemp(join(cacheRoot(), 'fetch-'));
  try {
    await writeFile(join(work, 'go.mod'), 'module manifests.capstan.dev\n\ngo 1.24\n');
    await writeFile(join(work, 'go.sum'), `${module.path} ${module.version} ${module.sum}\n`);
    const { stdout } = await run('go', ['mod', 'download', '-json', `${module.path}@${module.version}`], {
      cwd: work, timeout: FETCH_MS, env: { ...process.env, GOMODCACHE: join(work, 'modules'), GOFLAGS: '-mod=mod -modcacherw', GOWORK: 'off', GOTOOLCHAIN: 'local' },
    });
    const { Dir: directory, Sum: sum }: { readonly Dir: string; readonly Sum: string } = JSON.parse(stdout);
    if (sum !== module.sum) throw new Error(`its checksum is ${sum}, not ${module.sum}`);
    for (const folder of module.folders) await keep(join(directory, folder), folderOf(module, folder), join(work, 'kept'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Whole or not at all. */
async function keep(from: string, to: string, between: string): Promise<void> {
  if (existsSync(to)) return;
  await cp(from, between, { recursive: true });
  await mkdir(dirname(to), { recursive: true });
  await rename(between, to);
}
