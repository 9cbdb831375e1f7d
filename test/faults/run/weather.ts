import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../plan/schedule.js';
import type { FaultStage } from '../stage/fault-stage.js';

/** One fault from its beginning to its end. Resolves when what it hit may work again: a killed process is being started then. */
export async function bringFault(stage: FaultStage, fault: Fault): Promise<number> {
  if (fault.kind === 'link') {
    stage.link(fault.link).begin(fault.fault);
    await sleep(fault.forMs);
    stage.link(fault.link).clear();
    return Date.now();
  }
  const process = stage.process(fault.process);
  if (fault.kind === 'pause') {
    await process.pause();
    await sleep(fault.forMs);
    await process.resume();
    return Date.now();
  }
  await process.kill();
  await sleep(fault.forMs);
  const endedAt = Date.now();
  await process.revive();
  return endedAt;
}
