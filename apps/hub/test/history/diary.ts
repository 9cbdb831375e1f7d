import type { TargetView } from '../../src/features/targets/target-view.js';
import type { StagedGround } from '../planning/staged-ground.js';

/** What a target is told to be, now or in the past: what both ways of asking have to agree on. */
export interface Sight {
  readonly name: string;
  readonly sync: string;
  readonly health: string;
  readonly reason: string;
  readonly message: string;
  readonly assigned: string | undefined;
  readonly generation: bigint | undefined;
  readonly runs: string | undefined;
  readonly hold: string | undefined;
}

/** One page: how everything was at a moment, as the present told it then. */
export interface Page {
  readonly step: string;
  readonly at: Date;
  readonly targets: readonly Sight[];
}

/** Notes the present, so that the past can be compared with it later. */
export function aDiary(ground: StagedGround) {
  const pages: Page[] = [];
  /** A moment of its own: no change before or after it is in the same millisecond. */
  async function moment(): Promise<Date> {
    await ground.rows('SELECT pg_sleep(0.002)');
    const [row] = await ground.rows<{ at: Date }>('SELECT clock_timestamp() AS at');
    await ground.rows('SELECT pg_sleep(0.002)');
    if (row === undefined) throw new Error('no time');
    return row.at;
  }
  return {
    pages,
    moment,
    async note(step: string): Promise<void> {
      const views = await ground.targets.list(ground.viewer, {}, { limit: 100, after: undefined, filterHash: '' });
      pages.push({ step, at: await moment(), targets: views.filter((view) => view.sync !== 'REMOVED').map(sightOf) });
    },
  };
}

function sightOf(view: TargetView): Sight {
  const isReported = view.observed.reportedAt !== undefined;
  return {
    name: view.name, sync: view.sync, health: view.health, reason: view.reason, message: view.message, assigned: view.assigned?.release, generation: view.assigned?.generation,
    runs: isReported ? view.observed.release : undefined, hold: view.hold === undefined ? undefined : `${view.hold.by}: ${view.hold.reason}`,
  };
}
