import {
  explainTarget, isReasonCode, judgeMaintenance, maintenanceOf, tellSkippedGate, type Explanation, type GateRow, type KnownOfRollout, type KnownOfTarget, type KnownToExplain, type Labels, type PlacementReason, type ProjectId,
  type RolloutTargetState, type TargetId, type TargetName,
} from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { ApplicationReadModel } from '../applications/index.js';
import { ClusterReadModel, factsOf } from '../clusters/index.js';
import { ReleaseReadModel } from '../releases/index.js';
import { HurdleReadModel, maintenanceOfProject, RolloutReadModel } from '../rollouts/index.js';
import { TargetReadModel, type TargetView } from '../targets/index.js';

interface PlaceRow {
  readonly rollout_id: string;
  readonly stage: string;
  readonly placement: PlacementReason | null;
  readonly state: RolloutTargetState;
  readonly reason: string | null;
  readonly named_by: string | null;
  readonly named_reason: string | null;
  readonly is_named: boolean;
}

/** Gathers what the hub knows of an application and a cluster, and has it explained. */
@Injectable()
export class ExplanationReadModel {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(ClusterReadModel) private readonly clusters: ClusterReadModel,
    @Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel,
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(RolloutReadModel) private readonly rollouts: RolloutReadModel,
    @Inject(HurdleReadModel) private readonly hurdles: HurdleReadModel,
  ) {}

  /** undefined when the application or the cluster is not there, or not the viewer's: one answer for both. */
  async explain(viewer: Viewer, name: TargetName): Promise<Explanation | undefined> {
    return this.tx.run(viewerScope(viewer), async () => {
      const application = await this.applications.findByName(viewer, name.project, name.application);
      const cluster = await this.clusters.findByName(viewer, name.cluster);
      if (application === undefined || cluster === undefined) return undefined;
      const newest = await this.releases.newest(viewer, application.id);
      const found = await this.targets.findByName(viewer, name);
      const target = found?.state === 'REMOVED' || found?.sync === 'REMOVED' ? undefined : found;
      return explainTarget({
        application: { name: application.name, isDeleting: application.state !== 'ACTIVE', selector: application.revision.spec.selector, reason: application.reason, message: application.message },
        cluster: {
          name: cluster.name, isLeaving: cluster.state === 'REMOVING', labels: cluster.labels, facts: cluster.factsAt === undefined ? undefined : factsOf(cluster.facts),
          isConnected: cluster.connection === 'CONNECTED', lastSeenAt: cluster.lastSeenAt,
        },
        newest,
        target: target && (await this.#target(viewer, target)),
        rollout: target && (await this.#rollout(viewer, target.id)),
        maintenance: await this.#maintenance(application.project, cluster.labels),
      });
    });
  }

  async #target(viewer: Viewer, view: TargetView): Promise<KnownOfTarget> {
    const [release] = view.assigned === undefined ? [] : await this.releases.findByIds(viewer, [view.assigned.release]);
    const { hold, sync, reason, message, since, health, observed } = view;
    return {
      isRemoving: view.state !== 'ACTIVE', assigned: release?.number, assignedAt: view.assigned?.at, hold, sync, reason, message, since, health,
      isReported: observed.reportedAt !== undefined, healthMessage: observed.healthMessage, unhealthy: observed.unhealthy,
    };
  }

  async #maintenance(project: ProjectId, labels: Labels): Promise<KnownToExplain['maintenance']> {
    const windows = maintenanceOf(labels, await maintenanceOfProject(this.tx, project));
    if (windows.length === 0) return undefined;
    const [row] = await this.tx.query<{ now: Date }>('SELECT now() AS now');
    if (row === undefined) throw new Error('the database did not say the time');
    return { windows: windows.map(({ name }) => name), judgement: judgeMaintenance(windows, row.now) };
  }

  /** Of the stage of the target and those before it. */
  async #skippedGates({ rollout_id: rollout, stage }: PlaceRow): Promise<readonly string[]> {
    const rows = await this.tx.query<Pick<GateRow, 'side' | 'state' | 'spec'> & { readonly stage: string }>(
      `SELECT g.stage, g.side, g.state, g.spec FROM rollout_gates g JOIN rollout_stages s ON s.rollout_id = g.rollout_id AND s.name = g.stage
       WHERE g.rollout_id = $1 AND g.state = 'SKIPPED' AND s.ordinal <= (SELECT own.ordinal FROM rollout_stages own WHERE own.rollout_id = $1 AND own.name = $2) ORDER BY s.ordinal, g.side DESC, g.ordinal`,
      [rollout, stage],
    );
    return rows.flatMap((gate) => tellSkippedGate(gate.stage, gate) ?? []);
  }

  async #rollout(viewer: Viewer, target: TargetId): Promise<KnownOfRollout | undefined> {
    const [place] = await this.tx.query<PlaceRow>(
      `SELECT r.rollout_id, r.stage, r.placement, r.state, r.reason, r.named_by, r.named_reason, r.is_named FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.target_id = $1 ORDER BY o.number DESC LIMIT 1`,
      [target],
    );
    const [view] = place === undefined ? [] : await this.rollouts.findByIds(viewer, [place.rollout_id]);
    if (place === undefined || view === undefined) return undefined;
    const { number, cause, phase, reason, createdAt, startedAt } = view;
    return {
      number, cause, phase, reason, createdAt, startedAt, stage: place.stage, placement: place.placement ?? undefined, state: place.state,
      stateReason: place.reason !== null && isReasonCode(place.reason) ? place.reason : undefined, hurdles: await this.hurdles.of(viewer, view),
      named: place.named_by === null ? undefined : { by: place.named_by, reason: place.named_reason ?? '', isUsedUp: !place.is_named },
      skippedGates: await this.#skippedGates(place),
    };
  }
}
