import { ok, type Log } from '#kernel';
import { Helm } from './helm.js';
import { PROGRAM_WRAPPERS } from './jail.js';
import { Kustomize } from './kustomize.js';
import { ManifestRenderer } from './manifest-renderer.js';
import { ObjectPatcher } from './patch-objects.js';
import { RenderPrograms, type ProgramName } from './render-programs.js';
import { RENDER_LIMITS, type Renderer, type RenderLimits } from './renderer.js';
import { prepareWorkDirectory } from './work-directory.js';

export interface RendererConfig {
  /** Absolute path of kustomize; undefined where there is none. */
  readonly kustomize: string | undefined;
  /** Absolute path of helm 3 or 4, asked for when the first chart comes, and again after a failure; undefined where there is none. */
  readonly helm: () => Promise<string | undefined>;
  /** Directory for the private copies of one render each. What an earlier process left in it is removed; one process per directory. */
  readonly workDirectory: string;
  readonly limits?: Partial<RenderLimits>;
}

/** Renders in this process: for trees that one trusts not to be bombs. Kustomize and helm run in a jail all the same. Without one of them, everything else still renders. */
export function createRenderer(config: RendererConfig, log: Log): Renderer {
  const limits: RenderLimits = { ...RENDER_LIMITS, ...config.limits };
  const programs = new RenderPrograms({ kustomize: () => Promise.resolve(config.kustomize), helm: config.helm }, limits, PROGRAM_WRAPPERS, log);
  let prepared: Promise<string> | undefined;
  // Once, also for those who ask at the same time: it removes what is in it.
  const workDirectory = (): Promise<string> =>
    (prepared ??= prepareWorkDirectory(config.workDirectory).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    }));
  const inJail =
    <T>(name: ProgramName, make: (...given: ConstructorParameters<typeof Kustomize>) => T) =>
    async (signal: AbortSignal) => {
      const jail = await programs.jail(name, signal);
      return jail.ok ? ok(make(jail.value, await workDirectory(), limits)) : jail;
    };
  return new ManifestRenderer(inJail('kustomize', (...given) => new Kustomize(...given)), inJail('helm', (...given) => new Helm(...given)), inJail('kustomize', (...given) => new ObjectPatcher(...given)), limits);
}
