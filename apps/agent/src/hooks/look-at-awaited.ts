import { objectKey, type HookRecord } from '#domain';
import { inParallel } from '../apply/in-parallel.js';
import type { StepContext } from '../reconcile/step.js';
import { lookAtHook } from './progress-hook.js';

/**
 * Whether something that the last pass waits for has come, so that a pass is worth its while: a hook has ended, a wave is healthy. One GET for
 * each hook of which there is news; everything else about it is for the pass.
 *
 * @param keys objects that were to be looked at
 */
export async function lookAtAwaited(context: StepContext, keys: ReadonlySet<string>): Promise<void> {
  const { runtime, ports } = context;
  const spoken = [...runtime.awaited.values()].filter(({ ref }) => keys.has(objectKey(ref)));
  const ended = await inParallel(spoken, ports.settings.maxCalls, (record) => hasMoved(context, record));
  const wave = runtime.awaitedWave;
  const isWaveHealthy = wave.size > 0 && [...wave].every((key) => isFine(runtime.observed.get(key)?.health));
  if (ended.includes(true) || isWaveHealthy) runtime.wantsPass = true;
}

async function hasMoved(context: StepContext, record: HookRecord): Promise<boolean> {
  if (record.state === 'INTENDED') return true;
  const look = await lookAtHook(context, record);
  if (look.kind === 'done') return look.value.record.state !== 'RUNNING';
  context.runtime.touched.add(objectKey(record.ref));
  return false;
}

/** Whether the next wave may come. */
export function isFine(health: string | undefined): boolean {
  return health === 'HEALTHY' || health === 'SUSPENDED';
}
