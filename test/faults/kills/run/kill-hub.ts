import { setTimeout as sleep } from 'node:timers/promises';
import { planKill, type Kill } from '../plan/plan-kills.js';
import type { KillStage } from '../stage/kill-stage.js';
import { HubWatcher, type UnderWay } from './hub-watcher.js';

/** One death of the hub, as it came. */
export interface Death {
  readonly nth: number;
  readonly kill: Kill;
  readonly at: number;
  /** Between its start and its readiness; undefined: it died before. */
  readonly readyAfterMs: number | undefined;
  readonly livedMs: number;
  readonly underWay: UnderWay;
}

const LOOK_MS = 20;
const READY_MS = 60_000;
const TRANSACTION_WAIT_MS = 4_000;

/** Kills the hub so many times, and starts it again at once after each. It runs when this resolves. */
export async function killHub(stage: KillStage, seed: number, times: number, told: (death: Death) => void): Promise<readonly Death[]> {
  const watcher = await HubWatcher.open(stage);
  const deaths: Death[] = [];
  try {
    await stage.hub.kill(); // the one that made the stage: it has no death of the plan before it
    for (let nth = 0; nth < times; nth += 1) {
      const death = await liveAndDie(stage, watcher, planKill(seed, nth), nth);
      deaths.push(death);
      told(death);
    }
    await stage.hub.startReady();
  } finally {
    await watcher.close();
  }
  return deaths;
}

async function liveAndDie({ hub }: KillStage, watcher: HubWatcher, kill: Kill, nth: number): Promise<Death> {
  const bornAt = performance.now();
  hub.start(kill.kind === 'failpoint' ? { CAPSTAN_ENABLE_FAILPOINTS: '1', CAPSTAN_FAILPOINT: `${kill.name}:${kill.hit}` } : {});
  let readyAfterMs: number | undefined;
  if (kill.kind === 'starting') await sleep(kill.afterMs);
  else readyAfterMs = (await untilReadyOrDead(hub)) ? performance.now() - bornAt : undefined;
  if (kill.kind === 'ready' || kill.kind === 'transaction') await sleep(kill.afterMs);
  if (kill.kind === 'transaction') await watcher.untilInTransaction(TRANSACTION_WAIT_MS);
  if (kill.kind === 'failpoint') await untilDead(hub, kill.atMostMs);
  const died = kill.kind === 'failpoint' && !hub.isRunning;
  const seen = await watcher.underWay();
  const at = Date.now();
  await hub.kill();
  // Whoever died by its own hand in the planner did so inside a transaction, of which the database knows nothing any more.
  const underWay = died && kill.name.startsWith('planner.') ? { ...seen, transactions: Math.max(1, seen.transactions) } : seen;
  return { nth, kill, at, readyAfterMs, livedMs: performance.now() - bornAt, underWay };
}

async function untilReadyOrDead(hub: KillStage['hub']): Promise<boolean> {
  const end = performance.now() + READY_MS;
  while (hub.isRunning) {
    if (await hub.isReady()) return true;
    if (performance.now() > end) throw new Error(`the hub is not ready after ${READY_MS} ms\n${hub.lastWords()}`);
    await sleep(LOOK_MS);
  }
  return false;
}

async function untilDead(hub: KillStage['hub'], atMostMs: number): Promise<void> {
  const end = performance.now() + atMostMs;
  while (hub.isRunning && performance.now() < end) await sleep(LOOK_MS);
}
