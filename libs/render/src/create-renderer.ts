import { err, ok, type Log, type Result } from '#kernel';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Helm } from './helm.js';
import { Jail } from './jail.js';
import { Kustomize } from './kustomize.js';
import { ManifestRenderer } from './manifest-renderer.js';
import { RENDER_LIMITS, type Renderer, type RenderFailure, type RenderLimits } from './renderer.js';

export interface RendererConfig {
  /** Absolute path of kustomize; undefined where there is none. */
  readonly kustomize: string | undefined;
  /** Absolute path of helm 3 or 4, asked for when the first chart comes, and again after a failure; undefined where there is none. */
  readonly helm: () => Promise<string | undefined>;
  /** Directory for the private copies of one render each. What an earlier process left in it is removed now; one process per directory. */
  readonly workDirectory: string;
  readonly limits?: Partial<RenderLimits>;
}

/** Builds the renderer and its jail, and says in the log which protections are active. Without a working kustomize or helm, everything else still renders. */
export async function createRenderer(config: RendererConfig, log: Log, signal: AbortSignal): Promise<Renderer> {
  const limits: RenderLimits = { ...RENDER_LIMITS, ...config.limits };
  let prepared: Promise<string> | undefined;
  // Once, also for those who ask at the same time: it removes what is in it.
  const workDirectory = (): Promise<string> =>
    (prepared ??= prepareWorkDirectory(config.workDirectory).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    }));
  const helm = lazyHelm(config, workDirectory, limits, log);
  if (config.kustomize === undefined) {
    log.warn('kustomize is not there: kustomizations answer RENDERER_UNAVAILABLE', {});
    return new ManifestRenderer(undefined, helm, limits);
  }
  const jail = await Jail.build(config.kustomize, ['version'], limits, signal);
  if (!jail.ok) {
    log.error('kustomize does not run: kustomizations answer RENDERER_UNAVAILABLE', { kustomize: config.kustomize, code: jail.error.code });
    return new ManifestRenderer(undefined, helm, limits);
  }
  log.info('renderer is ready', { kustomize: config.kustomize, jail: jail.value.describe() });
  return new ManifestRenderer(new Kustomize(jail.value, await workDirectory(), limits), helm, limits);
}

/** A cluster without charts pays nothing for helm. Concurrent first charts may look twice, which costs time and nothing else. */
function lazyHelm(config: RendererConfig, workDirectory: () => Promise<string>, limits: RenderLimits, log: Log): (signal: AbortSignal) => Promise<Result<Helm, RenderFailure>> {
  let ready: Helm | undefined;
  return async (signal) => {
    if (ready !== undefined) return ok(ready);
    const helm = await config.helm();
    if (helm === undefined) return unavailable('helm is not installed beside the agent: put helm 3 or 4 on its PATH, or name it in CAPSTAN_HELM');
    const jail = await Jail.build(helm, ['version', '--short'], limits, signal);
    signal.throwIfAborted();
    if (!jail.ok) {
      log.error('helm does not run: charts answer RENDERER_UNAVAILABLE', { helm, code: jail.error.code });
      return unavailable('helm is installed beside the agent and does not run; the log of the agent names it');
    }
    log.info('helm is ready', { helm, jail: jail.value.describe() });
    const directory = await workDirectory();
    ready ??= new Helm(jail.value, directory, limits);
    return ok(ready);
  };
}

function unavailable(message: string): Result<never, RenderFailure> {
  return err({ code: 'RENDERER_UNAVAILABLE', message, retryable: false });
}

async function prepareWorkDirectory(parent: string): Promise<string> {
  const directory = join(parent, 'capstan-render');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) if (name.startsWith('render-')) await rm(join(directory, name), { recursive: true, force: true });
  return directory;
}
