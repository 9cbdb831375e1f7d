import type { JsonObject } from '#kernel';
import { grantedPermissions, targetId, warnOfMaintenance, warnOfRollout, warnOfStrategy, type Labels, type RolloutWarning, type TargetToPlace } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { ApplicationReadModel } from '../applications/index.js';
import { factsOf, IS_CONNECTED } from '../clusters/index.js';
import { HurdleReadModel, maintenanceOfProject, type RolloutView } from '../rollouts/index.js';

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
const SELECT_TOKENS = `
  SELECT DISTINCT t.principal_id, p.roles, t.scopes, now() AS now FROM api_tokens t JOIN principals p ON p.id = t.principal_id
  WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND p.disabled_at IS NULL AND p.kind <> 'SYSTEM' LIMIT 10000`;

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
      const { approvers, now } = await this.#approvers();
      const targets = await this.#targets(id);
      return [...warnOfStrategy(application.revision.spec.strategy, targets, approvers, now), ...warnOfMaintenance(await maintenanceOfProject(this.tx, application.project), targets, now)];
    });
  }

  /** None for a rollout that is over. */
  async ofRollout(viewer: Viewer, view: Pick<RolloutView, 'id' | 'phase'>): Promise<readonly RolloutWarning[]> {
    return this.tx.run(viewerScope(viewer), async () => {
      const state = await this.rollouts.stateOf(viewer, view);
      if (state === undefined) return [];
      const { approvers, now } = await this.#approvers();
      return warnOfRollout(state, approvers, now);
    });
  }

  async #targets(application: string): Promise<readonly TargetToPlace[]> {
    const rows = await this.tx.query<PlaceRow>(SELECT_TARGETS, [application]);
    return rows.map(({ id, cluster, labels, facts, facts_at, is_online }) => ({ id: targetId(id), cluster, labels, facts: facts_at === null ? undefined : factsOf(facts), isOnline: is_online }));
  }

  /** How many people hold a token that may approve. */
  async #approvers(): Promise<{ readonly approvers: number; readonly now: Date }> {
    const rows = await this.tx.query<{ principal_id: string; roles: string[]; scopes: string[]; now: Date }>(SELECT_TOKENS);
    const [first] = rows;
    if (first === undefined) throw new Error('somebody asked without a token');
    return { now: first.now, approvers: new Set(rows.filter(({ roles, scopes }) => grantedPermissions(roles, scopes).has('rollout:approve')).map((row) => row.principal_id)).size };
  }
}
