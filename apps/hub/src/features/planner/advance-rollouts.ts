import { applyRolloutTransitions, isRolloutOver, planRollout, type ApplicationId, type OrderVersion, type ReleaseId, type RolloutTransition, type TargetId } from '#domain';
import { CHANNELS, type HeldLease } from '../../platform/database/index.js';
import { assignTargets } from './assign-targets.js';
import { loadOrderMaterial } from './order-material.js';
import { withApplication, type PlannedApplication } from './planned-application.js';
import { noteNextLook } from './note-next-look.js';
import { openChecks } from './open-checks.js';
import type { PlannerPorts } from './planner.ports.js';
import { loadRollout, rolloutsAtWork, type LoadedRollout, type RolloutHead } from '../rollouts/index.js';
import { WriteTransitions } from './write-transitions.js';

type Assign = Extract<RolloutTransition, { kind: 'assign' }>;

/** What a look at the rollouts of an application has come to. */
export interface AdvancedRollouts {
  /** There is more to do at once. */
  readonly isMore: boolean;
  /** In how many milliseconds the first of those that have come to rest is to be looked at again; undefined: none has. */
  readonly nextInMs: number | undefined;
}

export const NOTHING_TO_ADVANCE: AdvancedRollouts = { isMore: false, nextInMs: undefined };

/** When one rollout is looked at again. */
type NextLook = Date | 'AT_ONCE' | 'NEVER';

/** Targets assigned in one transaction: bounds its memory and how long it holds the rows of clusters. */
const BATCH = 1_000;
/** Rounds of planning in one transaction; a rollout with more is looked at again at once. */
const MAX_ROUNDS = 32;

/**
 * Moves every rollout of an application that is under way as far as it goes now. Rows are loaded, planned and written in one transaction, so that a
 * planner that is killed anywhere leaves either nothing or a whole step behind.
 */
export class AdvanceRollouts {
  readonly #writer: WriteTransitions;

  constructor(private readonly ports: PlannerPorts) {
    this.#writer = new WriteTransitions(ports);
  }

  async execute(lease: HeldLease, application: ApplicationId): Promise<AdvancedRollouts> {
    const looked = await withApplication(this.ports, lease, application, async (planned) => {
      const looks: NextLook[] = [];
      for (const rollout of await rolloutsAtWork(this.ports.tx, planned.id)) {
        const loaded = await loadRollout(this.ports.tx, rollout);
        await this.ports.failpoints.hit('planner.after-load');
        looks.push(await this.#advance(planned, rollout, loaded));
      }
      await this.ports.failpoints.hit('planner.before-commit');
      return summaryOf(looks, planned.now);
    });
    return looked ?? NOTHING_TO_ADVANCE;
  }

  /** How far it goes now. */
  async #advance(application: PlannedApplication, head: RolloutHead, loaded: LoadedRollout): Promise<NextLook> {
    let rollout = loaded.state;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const transitions = planRollout(rollout, application.now);
      if (transitions.length === 0) {
        await openChecks(this.ports.tx, application.project.id, rollout);
        return isRolloutOver(rollout.phase) ? 'NEVER' : noteNextLook(this.ports.tx, rollout, head.lookAgainAt, application.now);
      }
      this.ports.tx.notify(CHANNELS.rolloutChanged, rollout.id);
      const assigns = transitions.filter((transition): transition is Assign => transition.kind === 'assign');
      if (assigns.length > 0) {
        const batch = assigns.slice(0, BATCH);
        const versions = await this.#assign(application, loaded, batch);
        // Who got no version is blocked or gone, and who goes back is held: the rows know more of them than we do.
        if (batch.length < assigns.length || batch.some(({ target, to }) => to === 'REVERTING' || !versions.has(target))) return 'AT_ONCE';
        rollout = applyRolloutTransitions(rollout, batch, (target) => versionIn(versions, target), application.now);
        continue;
      }
      await this.#writer.write(application, { ...loaded, state: rollout }, transitions);
      rollout = applyRolloutTransitions(rollout, transitions, neverAssigned, application.now);
    }
    return 'AT_ONCE';
  }

  /** Who goes back goes to a release of its own. */
  async #assign(application: PlannedApplication, { state, clusterOf }: LoadedRollout, assigns: readonly Assign[]): Promise<ReadonlyMap<TargetId, OrderVersion>> {
    const versions = new Map<TargetId, OrderVersion>();
    const byRelease = Map.groupBy(assigns, (assign) => assign.release);
    const materials = await loadOrderMaterial(this.ports.tx, [...byRelease.keys()], 'forOrders');
    for (const [release, group] of byRelease) {
      const material = materials.get(release);
      if (material === undefined) throw new Error(`release ${release} of rollout ${state.id} is missing`);
      const got = await assignTargets(this.ports, application, material, { rollout: state.id, release, to: directionOf(group, release), targets: group.map(({ target }) => ({ id: target, cluster: clusterIn(clusterOf, target) })) });
      for (const [target, version] of got) versions.set(target, version);
    }
    return versions;
  }
}

function summaryOf(looks: readonly NextLook[], now: Date): AdvancedRollouts {
  const resting = looks.flatMap((look) => (look === 'AT_ONCE' || look === 'NEVER' ? [] : [look.getTime() - now.getTime()]));
  return { isMore: looks.includes('AT_ONCE'), nextInMs: resting.length === 0 ? undefined : Math.min(...resting) };
}

function directionOf(group: readonly Assign[], release: ReleaseId): Assign['to'] {
  const [first] = group;
  if (first === undefined || group.some((assign) => assign.to !== first.to)) throw new Error(`release ${release} is assigned both ways at once`);
  return first.to;
}

function clusterIn(clusterOf: LoadedRollout['clusterOf'], target: Assign['target']): NonNullable<ReturnType<LoadedRollout['clusterOf']['get']>> {
  const cluster = clusterOf.get(target);
  if (cluster === undefined) throw new Error(`target ${target} was not loaded`);
  return cluster;
}

function versionIn(versions: ReadonlyMap<TargetId, OrderVersion>, target: TargetId): OrderVersion {
  const version = versions.get(target);
  if (version === undefined) throw new Error(`target ${target} has no order`);
  return version;
}

function neverAssigned(): never {
  throw new Error('assignments come by themselves, never among other transitions');
}
