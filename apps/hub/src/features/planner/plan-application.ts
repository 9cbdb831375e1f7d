import type { ApplicationId } from '#domain';
import type { HeldLease } from '../../platform/database/index.js';
import type { PlaceApplications, PlacementStore } from '../placement/index.js';
import type { RolloutStore, StartRollouts } from '../rollouts/index.js';
import { AdmitLateTargets } from './admit-late-targets.js';
import { AdvanceRollouts, NOTHING_TO_ADVANCE, type AdvancedRollouts } from './advance-rollouts.js';
import { lookForWork } from './look-for-work.js';
import type { PlannerPorts } from './planner.ports.js';
import { RefreshOrders } from './refresh-orders.js';
import { ReissueOrders } from './reissue-orders.js';
import { SettleRemovals } from './settle-removals.js';
import { SignTombstones } from './sign-tombstones.js';
import { StartWaiting } from './start-waiting.js';

export interface PlanApplicationPorts extends PlannerPorts {
  readonly placementStore: PlacementStore;
  readonly placement: PlaceApplications;
  readonly rolloutStore: RolloutStore;
  readonly rollouts: StartRollouts;
}

/** Batches of one step in one look at an application; what is left is found by the next look. */
const MAX_BATCHES = 100;

/**
 * Everything that the planner does for one application, one step after the other, each in a transaction of its own. Every step begins from the
 * rows alone, so that the whole may be killed anywhere and asked again.
 */
export class PlanApplication {
  readonly #settle: SettleRemovals;
  readonly #sign: SignTombstones;
  readonly #waiting: StartWaiting;
  readonly #admit: AdmitLateTargets;
  readonly #refresh: RefreshOrders;
  readonly #advance: AdvanceRollouts;
  readonly #reissue: ReissueOrders;

  constructor(private readonly ports: PlanApplicationPorts) {
    this.#settle = new SettleRemovals(ports, ports.placementStore, ports.placement);
    this.#sign = new SignTombstones(ports);
    this.#waiting = new StartWaiting(ports, ports.rolloutStore, ports.rollouts);
    this.#admit = new AdmitLateTargets(ports, ports.rolloutStore, ports.rollouts);
    this.#refresh = new RefreshOrders(ports, ports.rolloutStore, ports.rollouts);
    this.#advance = new AdvanceRollouts(ports);
    this.#reissue = new ReissueOrders(ports);
  }

  /**
   * @returns what its rollouts have come to
   * @throws LeaseLost when another replica plans by now
   */
  async execute(lease: HeldLease, application: ApplicationId): Promise<AdvancedRollouts> {
    const work = await lookForWork(this.ports.tx, application);
    if (work === undefined) return NOTHING_TO_ADVANCE;
    if (work.settle) await this.#settle.execute(lease, application);
    if (work.sign) await inBatches(() => this.#sign.execute(lease, application));
    if (work.start) await this.#waiting.execute(lease, application);
    // What was removed may be there anew, and what was started or admitted wants to move.
    if (work.admit || work.settle) await this.#admit.execute(lease, application);
    if (work.refresh || work.settle) await this.#refresh.execute(lease, application);
    const wantsToMove = work.advance || work.settle || work.start || work.admit || work.refresh;
    const advanced = wantsToMove ? await this.#advanceInBatches(lease, application) : NOTHING_TO_ADVANCE;
    if (work.reissue) await inBatches(() => this.#reissue.execute(lease, application));
    return advanced;
  }

  async #advanceInBatches(lease: HeldLease, application: ApplicationId): Promise<AdvancedRollouts> {
    let advanced = NOTHING_TO_ADVANCE;
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      advanced = await this.#advance.execute(lease, application);
      if (!advanced.isMore) break;
    }
    return advanced;
  }
}

async function inBatches(step: () => Promise<boolean>): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) if (!(await step())) return;
}
