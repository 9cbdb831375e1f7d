import type { Ids } from '#kernel';
import { isNextInLine, movesAll, rolloutId, startRollout, supersededByStarting, type ApplicationId, type ProjectId, type ReleaseId, type RolloutCause, type RolloutId, type RolloutToStart, type TargetId } from '#domain';
import type { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, type Outbox, type TransactionContext } from '../../platform/database/index.js';
import type { ReleaseRollouts } from '../releases/index.js';
import type { ApplicationToRoll, RolloutStore } from './rollout.store.js';

export interface RolloutPorts {
  readonly tx: Pick<TransactionContext, 'notify'>;
  readonly store: RolloutStore;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly outbox: Pick<Outbox, 'append'>;
  readonly ids: Ids;
}

/** Writes the rows of new rollouts, inside a transaction that has locked the application. The planner moves them from there. */
export class StartRollouts implements ReleaseRollouts {
  constructor(private readonly ports: RolloutPorts) {}

  /** Of a release that was just made: over every target, or waiting for its person. */
  async start(release: { readonly project: ProjectId; readonly application: ApplicationId; readonly id: ReleaseId }): Promise<void> {
    const application = await this.ports.store.lockApplication(release.application);
    if (application !== undefined) await this.startFor(application, release.id, 'RELEASE');
  }

  /** @param only the targets that take part; all active ones if absent */
  async startFor(application: ApplicationToRoll, release: ReleaseId, cause: RolloutCause, only?: ReadonlySet<TargetId>): Promise<RolloutId> {
    const targets = await this.ports.store.activeTargets(application.id);
    return this.#start(application, only === undefined ? { release, cause, targets } : { release, cause, targets: targets.filter((target) => only.has(target.id)), among: targets });
  }

  async #start(application: ApplicationToRoll, { release, cause, targets, among }: Pick<RolloutToStart, 'release' | 'cause' | 'targets' | 'among'>): Promise<RolloutId> {
    const { store, ids } = this.ports;
    const start = startRollout({ release, cause, targets, among, strategy: application.strategy, automated: application.automated, rollouts: await store.known(application.id) });
    const id = rolloutId(ids.uuid());
    await store.end(start.supersedes, 'SUPERSEDED');
    await store.add(application, id, start);
    if (start.phase === 'RUNNING' && movesAll(cause)) await store.setCurrentRelease(application.id, release);
    await this.#tell(application, id, start.phase === 'RUNNING' ? 'rollout.started' : 'rollout.waiting', { release, cause, targets: start.targets.length, ...(start.waitsFor === undefined ? {} : { waitsFor: start.waitsFor }) });
    return id;
  }

  /** Sends each of these targets to a release of its own that it has run before, all at once. */
  async startBack(application: ApplicationToRoll, release: ReleaseId, goesTo: ReadonlyMap<TargetId, ReleaseId>): Promise<RolloutId> {
    const targets = (await this.ports.store.activeTargets(application.id)).flatMap((target) => {
      const to = goesTo.get(target.id);
      return to === undefined ? [] : [{ ...target, goesTo: to }];
    });
    return this.#start(application, { release, cause: 'ROLLBACK', targets });
  }

  /** Lets a rollout that waits for a person run; every other one that is not over gives way. */
  async letRun(application: ApplicationToRoll, rollout: { readonly id: RolloutId; readonly release: ReleaseId }): Promise<void> {
    const { store } = this.ports;
    await store.end(supersededByStarting(rollout.id, await store.known(application.id)), 'SUPERSEDED');
    await store.letRun(rollout.id);
    await store.setCurrentRelease(application.id, rollout.release);
    await this.#tell(application, rollout.id, 'rollout.started', { release: rollout.release });
  }

  /** Lets the rollout run that waits for the one before it, once that is over. */
  async letNextRun(application: ApplicationToRoll, waiting: { readonly id: RolloutId; readonly release: ReleaseId }): Promise<boolean> {
    if (!isNextInLine(waiting.id, await this.ports.store.known(application.id), application.strategy)) return false;
    await this.letRun(application, waiting);
    return true;
  }

  async #tell({ id, project }: ApplicationToRoll, rollout: RolloutId, kind: string, detail: Readonly<Record<string, string | number>>): Promise<void> {
    const { tx, audit, outbox } = this.ports;
    await audit.record({ action: kind, object: { kind: 'Rollout', id: rollout }, projectId: project, outcome: 'SUCCEEDED', after: { application: id, ...detail } });
    await outbox.append({ kind, projectId: project, payload: { applicationId: id, rolloutId: rollout, ...detail } });
    tx.notify(CHANNELS.applicationChanged, id);
  }
}
