import type { Dice } from './dice.js';
import { HUBS, LINKS, PROCESSES, type Fault, type LinkFault, type LinkName, type Step } from './schedule.js';

const FEWEST = 3;
const MOST = 8;
/** Another replica has taken over what a hub held when it goes on after so long, and believes that it still holds it. */
const BEYOND_LEASES_MS = [9_500, 12_500] as const;

/** Three to eight faults within the time given, at most one for each thing: one that is killed cannot be stopped too. */
export function planFaults(dice: Dice, lengthMs: number): readonly Step[] {
  const hit = new Set<string>();
  const steps: Step[] = [];
  const wanted = dice.between(FEWEST, MOST);
  for (let i = 0; i < wanted; i += 1) {
    const fault = planFault(dice);
    const atMs = dice.between(0, lengthMs);
    const on = fault.kind === 'link' ? fault.link : fault.process;
    if (hit.has(on)) continue;
    hit.add(on);
    steps.push({ atMs, fault });
  }
  return steps;
}

function planFault(dice: Dice): Fault {
  const kind = dice.weighted({ kill: 3, pause: 3, link: 6 });
  if (kind === 'link') {
    const link = dice.pick(LINKS);
    const fault = planLinkFault(dice, link);
    return { kind, link, fault, forMs: fault.how === 'cut' ? 0 : dice.between(500, 5_000) };
  }
  const process = dice.pick(PROCESSES);
  if (kind === 'kill') return { kind, process, forMs: dice.between(0, 3_000) };
  const outlivesLeases = HUBS.some((name) => name === process) && dice.chance(0.3);
  return { kind, process, forMs: outlivesLeases ? dice.between(...BEYOND_LEASES_MS) : dice.between(500, 6_000) };
}

function planLinkFault(dice: Dice, link: LinkName): LinkFault {
  const how = dice.weighted({ cut: 3, refuse: 2, blackhole: 3, 'half-open': 3, delay: 2, slow: 1, 'cut-mid-frame': 3, reorder: link === 'git' || link === 'api' || link === 'database' ? 2 : 1 });
  switch (how) {
    case 'half-open': return { how, lost: dice.pick(['requests', 'answers'] as const) };
    case 'delay': return { how, ms: dice.between(20, 800) };
    case 'slow': return { how, bytesPerSecond: dice.pick([200, 2_000, 20_000]) };
    case 'cut-mid-frame': return { how, afterBytes: dice.pick([1, 5, 9, 17, 100, 1_000, 5_000]) };
    default: return { how };
  }
}
