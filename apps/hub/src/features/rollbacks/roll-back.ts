import { err, ok, type Ids, type Result } from '#kernel';
import { movesAll, type ApplicationId, type GitWriteForm, type RolloutId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import { IDS } from '../../platform/tokens.js';
import { Reverts, type RevertToOwe } from '../git-writes/index.js';
import { endSideRollouts, releaseOfMost, ROLLOUT_STORE, StartRollouts, type RolloutStore } from '../rollouts/index.js';
import { findMisnamed } from './find-misnamed.js';
import { findOutOfReach } from './find-out-of-reach.js';
import { holdTargets } from './hold-targets.js';
import { MAX_TARGETS, rollbackCandidates, type RollbackCandidate, type RollbackScope } from './rollback-candidates.js';
import type { RollbackFailure } from './rollback-failure.js';

export interface RollBackCommand {
  /** As the viewer was allowed to find it; undefined: no such project or application, or not the viewer's. */
  readonly scope: RollbackScope | undefined;
  readonly reason: string;
  /** Targets that cannot go back while a repository cannot be read are sent on their way all the same. */
  readonly mayWaitForGit: boolean;
  /** How the branch is to follow; undefined: Git is left alone. */
  readonly revert: GitWriteForm | undefined;
}

export interface RolledBack {
  readonly rollouts: readonly RolloutId[];
  /** Targets that stay where they are, since they were never well with anything else; at most 100. */
  readonly staying: readonly string[];
  /** Targets that go back only when a repository can be read again; at most 100. */
  readonly waitingForGit: readonly string[];
}

const MAX_NAMED = 100;

/**
 * Sends targets back to a release that they have run, and holds them there: one rollout for each application, at once, whatever its strategy. What is
 * refused is refused before anything is assigned. A commit that is to follow in Git is owed with it, and never waited for.
 */
@Injectable()
export class RollBack {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(ROLLOUT_STORE) private readonly store: RolloutStore,
    @Inject(StartRollouts) private readonly rollouts: StartRollouts,
    @Inject(Reverts) private readonly reverts: Pick<Reverts, 'plan' | 'owe'>,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(viewer: Viewer, { scope, reason, mayWaitForGit, revert }: RollBackCommand): Promise<Result<RolledBack, RollbackFailure>> {
    if (scope === undefined) return err({ code: 'NOT_FOUND' });
    if (reason.trim() === '') return err({ code: 'REASON_MISSING' });
    return this.tx.run(viewerScope(viewer, scope.project), async () => {
      await this.tx.query(`SELECT 1 FROM applications WHERE project_id = $1 AND ($2::uuid IS NULL OR id = $2) AND state = 'ACTIVE' ORDER BY id FOR NO KEY UPDATE`, [scope.project, scope.application ?? null]);
      const candidates = await rollbackCandidates(this.tx, scope);
      if (candidates.length === 0) return err({ code: 'NOTHING_MATCHES', misnamed: await findMisnamed(this.tx, scope) });
      if (candidates.length > MAX_TARGETS) return err({ code: 'TOO_MANY_TARGETS', most: MAX_TARGETS });
      const without = candidates.filter((candidate) => candidate.goesTo === undefined).map((candidate) => candidate.name);
      if (scope.release !== undefined && without.length > 0) return err({ code: 'RELEASE_NEVER_RAN', release: scope.release, targets: without.slice(0, MAX_NAMED), total: without.length });
      if (without.length === candidates.length) return err({ code: 'NOTHING_TO_ROLL_BACK_TO', targets: without.slice(0, MAX_NAMED) });
      const beyond = await findOutOfReach(this.tx, candidates);
      if (beyond !== undefined && !mayWaitForGit) return err({ code: 'RELEASE_OUT_OF_REACH', ...beyond });
      const groups = Map.groupBy(candidates, (candidate) => candidate.application);
      const owed = revert === undefined ? ok(new Map<ApplicationId, RevertToOwe>()) : await this.#planReverts(groups);
      if (!owed.ok) return owed;
      const rollouts: RolloutId[] = [];
      for (const [application, group] of groups) {
        const id = await this.#rollBack(viewer, application, group, reason, scope);
        if (id === undefined) continue;
        rollouts.push(id);
        const commit = owed.value.get(application);
        if (commit !== undefined && revert !== undefined) await this.reverts.owe(commit, { rollout: id, as: revert, by: viewer.name, reason });
      }
      const waiting = beyond === undefined ? [] : [...beyond.notKept, ...beyond.unknown];
      return ok({ rollouts, staying: without.slice(0, MAX_NAMED), waitingForGit: waiting.slice(0, MAX_NAMED) });
    });
  }

  /** For every application, or none: a fleet whose branches follow by halves would be worse than one that stands still. */
  async #planReverts(groups: ReadonlyMap<ApplicationId, readonly RollbackCandidate[]>): Promise<Result<ReadonlyMap<ApplicationId, RevertToOwe>, RollbackFailure>> {
    const owed = new Map<ApplicationId, RevertToOwe>();
    for (const [application, group] of groups) {
      const going = group.flatMap(({ goesTo }) => goesTo ?? []);
      if (going.length === 0) continue;
      const to = [...Map.groupBy(going, (release) => release)].map(([release, targets]) => ({ release, targets: targets.length }));
      const planned = await this.reverts.plan(application, to, releaseOfMost(group.map(({ assigned }) => assigned)));
      if (!planned.ok) return planned;
      owed.set(application, planned.value);
    }
    return ok(owed);
  }

  async #rollBack(viewer: Viewer, id: ApplicationId, candidates: readonly RollbackCandidate[], reason: string, scope: RollbackScope): Promise<RolloutId | undefined> {
    const application = await this.store.lockApplication(id);
    const goesTo = new Map(candidates.flatMap(({ id: target, goesTo: to }) => (to === undefined ? [] : [[target, to] as const])));
    const release = releaseOfMost([...goesTo.values()]);
    if (application === undefined || release === undefined) return undefined;
    const isWhole = scope.cluster === undefined && scope.stage === undefined;
    if (isWhole) {
      const open = (await this.store.known(id)).filter((rollout) => movesAll(rollout.cause));
      await this.store.end(open.map((rollout) => rollout.id), 'ABORTED');
      await endSideRollouts(this.tx, id, { notOf: release });
      await this.store.setCurrentRelease(id, release);
    }
    const rollout = await this.rollouts.startBack(application, release, goesTo);
    await holdTargets(this.tx, this.ids, [...goesTo.keys()], { by: viewer.name, reason, rollout });
    await this.audit.record({ action: 'rollback', object: { kind: 'Application', id }, projectId: application.project, outcome: 'SUCCEEDED', after: { rollout, targets: goesTo.size, reason } });
    await this.outbox.append({ kind: 'rollout.rolledBackByHand', projectId: application.project, payload: { applicationId: id, rolloutId: rollout, targets: goesTo.size, by: viewer.name } });
    this.tx.notify(CHANNELS.applicationChanged, id);
    return rollout;
  }
}
