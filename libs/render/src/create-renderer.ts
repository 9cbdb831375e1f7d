import type { Log } from '#kernel';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Jail } from './jail.js';
import { Kustomize } from './kustomize.js';
import { ManifestRenderer } from './manifest-renderer.js';
import { RENDER_LIMITS, type Renderer, type RenderLimits } from './renderer.js';

export interface RendererConfig {
  /** Absolute path of kustomize; undefined where there is none. */
  readonly kustomize: string | undefined;
  /** Directory for the private copies of one render each. What an earlier process left in it is removed now; one process per directory. */
  readonly workDirectory: string;
  readonly limits?: Partial<RenderLimits>;
}

/** Builds the renderer and its jail, and says in the log which protections are active. Without a working kustomize, plain manifests still render. */
export async function createRenderer(config: RendererConfig, log: Log, signal: AbortSignal): Promise<Renderer> {
  const limits: RenderLimits = { ...RENDER_LIMITS, ...config.limits };
  if (config.kustomize === undefined) {
    log.warn('kustomize is not there: kustomizations answer RENDERER_UNAVAILABLE', {});
    return new ManifestRenderer(undefined, limits);
  }
  const jail = await Jail.build(config.kustomize, ['version'], limits, signal);
  if (!jail.ok) {
    log.error('kustomize does not run: kustomizations answer RENDERER_UNAVAILABLE', { kustomize: config.kustomize, code: jail.error.code });
    return new ManifestRenderer(undefined, limits);
  }
  log.info('renderer is ready', { kustomize: config.kustomize, jail: jail.value.describe() });
  const workDirectory = await prepareWorkDirectory(config.workDirectory);
  return new ManifestRenderer(new Kustomize(jail.value, workDirectory, limits), limits);
}

async function prepareWorkDirectory(parent: string): Promise<string> {
  const directory = join(parent, 'capstan-render');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) if (name.startsWith('render-')) await rm(join(directory, name), { recursive: true, force: true });
  return directory;
}
