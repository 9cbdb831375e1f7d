import type { Log, MonotonicClock, Timers } from '#kernel';
import { Jail, INNER_WRAPPERS, RENDER_PROCESS_WRAPPERS } from '../jail.js';
import { RenderPrograms, type FindProgram } from '../render-programs.js';
import { RENDER_LIMITS, type RenderLimits } from '../renderer.js';
import { prepareWorkDirectory } from '../work-directory.js';
import { ProcessRenderer } from './process-renderer.js';
import { openRenderSeat } from './render-seat.js';

export interface ProcessRendererConfig {
  /** Absolute path of Node. */
  readonly node: string;
  /** Absolute path of the program of a process that renders: render-process.ts as one file. */
  readonly entry: string;
  readonly programs: FindProgram;
  /** Directory for the private copies of one render each. What an earlier process left in it is removed now; one process per directory. */
  readonly workDirectory: string;
  readonly limits?: Partial<RenderLimits>;
}

export interface ProcessRendererDeps {
  readonly timers: Timers;
  readonly monotonic: MonotonicClock;
  readonly log: Log;
}

/**
 * The renderer of an agent: each render in a process of its own that ends with it. Says in the log which protections are active.
 *
 * @throws when this machine cannot start a process or prepare the directory
 */
export async function createProcessRenderer(config: ProcessRendererConfig, deps: ProcessRendererDeps, signal: AbortSignal): Promise<ProcessRenderer> {
  const limits: RenderLimits = { ...RENDER_LIMITS, ...config.limits };
  const [directory, jail] = await Promise.all([prepareWorkDirectory(config.workDirectory), Jail.build(config.node, ['--version'], limits, signal, RENDER_PROCESS_WRAPPERS)]);
  signal.throwIfAborted();
  if (!jail.ok) throw new Error(`a process that renders cannot be started (${jail.error.code})`);
  deps.log.info('renderer is ready', { jail: jail.value.describe() });
  const programs = new RenderPrograms(config.programs, limits, INNER_WRAPPERS, deps.log);
  return new ProcessRenderer(() => openRenderSeat(jail.value, config.entry, directory, limits), { ...deps, programs, limits });
}
