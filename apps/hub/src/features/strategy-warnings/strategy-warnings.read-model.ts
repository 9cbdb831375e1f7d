import type { JsonObject } from '#kernel';
import { projectId, targetId, warnOfMaintenance, warnOfRollout, warnOfStrategy, type Labels, type RolloutWarning, type TargetToPlace } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { ApplicationReadModel } from '../applications/index.js';
import { factsOf, IS_CONNECTED } from '../clusters/index.js';
import { HurdleReadModel, maintenanceOfProject, type RolloutView } from '../rollouts/index.js';
import { loadKnownToGates } from './load-known-to-gates.js';

interface PlaceRow {
  readonly id: string;
  readonly cluster: string;
  readonly labels: Labels;
  readonly facts: JsonObject;
  readonly facts_at: Date | null;
  readonly is_online: boolean;
}

const SELECT_TARGETS = `
  SELECT t.id, c.name AS cluster, c.labels, c.facts, c.facts_at, ${IS_CONNECTED} AS is_online
  FROM targets t JOIN clusters c ON c.id = t.cluster_id WHERE t.application_id = $1 AND t.state = 'ACTIVE'`;
/** What of strategies and rollouts is surely not meant, as the fleet is now. */
@Injectable()
export class StrategyWarningReadModel {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(HurdleReadModel) private readonly rollouts: HurdleReadModel,
  ) {}

  /** None for an application that is not there, not the viewer's, or on its way out. */
  async ofApplication(viewer: Viewer, id: string): Promise<readonly RolloutWarning[]> {
    return this.tx.run(viewerScope(viewer), async () => {
      const [application] = await this.applications.findByIds(viewer, [id]);
      if (application?.state !== 'ACTIVE') return [];
      const { strategy } = application.revision.spec;
      const known = await loadKnownToGates(this.tx, application.project, strategy.kind === 'STAGED' ? strategy.stages.flatMap((stage) => [...stage.before, ...stage.after]) : []);
      const now = await this.tx.now();
      const targets = await this.#targets(id);
      return [...warnOfStrategy(strategy, targets, known, now), ...warnOfMaintenance(await maintenanceOfProject(this.tx, application.project), targets, now)];
    });
  }

  /** None for a rollout that is over. */
  async ofRollout(viewer: Viewer, view: Pick<RolloutView, 'id' | 'phase'>): Promise<readonly RolloutWarning[]> {
    return this.tx.run(viewerScope(viewer), async () => {
      const state = await this.rollouts.stateOf(viewer, view);
      if (state === undefined) return [];
      const [row] = await this.tx.query<{ project_id: string }>('SELECT project_id FROM rollouts WHERE id = $1', [view.id]);
      if (row === undefined) return [];
      const known = await loadKnownToGates(this.tx, projectId(row.project_id), state.stages.flatMap((stage) => stage.gates.map(({ spec }) => spec)));
      return warnOfRollout(state, known, await this.tx.now());
    });
  }

  async #targets(application: string): Promise<readonly TargetToPlace[]> {
    const rows = await this.tx.query<PlaceRow>(SELECT_TARGETS, [application]);
    return rows.map(({ id, cluster, labels, facts, facts_at, is_online }) => ({ id: targetId(id), cluster, labels, facts: facts_at === null ? undefined : factsOf(facts), isOnline: is_online }));
  }
}
