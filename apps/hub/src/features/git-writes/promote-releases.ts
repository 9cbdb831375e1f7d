import type { Ids, Log } from '#kernel';
import { describePromotion, planPromotion, type ApplicationId, type CommitPeople } from '#domain';
import { formatDuration } from '../../platform/api/index.js';
import type { AuditTrail } from '../../platform/audit/index.js';
import { systemScope, type Outbox, type TransactionContext } from '../../platform/database/index.js';
import { applicationsPromotedTo, loadPromotions, peopleOf, type LoadedPromotion } from './load-promotion.js';
import { SqlGitWriteStore } from './sql-git-write.store.js';

export interface PromoteReleasesPorts {
  readonly tx: TransactionContext;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly outbox: Pick<Outbox, 'append'>;
  readonly ids: Ids;
  readonly log: Log;
}

const CONTROLLER = 'promotion';
const AT_ONCE = 500;

/**
 * Owes the commits of promotions that are due. Decides from rows alone, under the lock of the application, and each release of the other application once: any number
 * of replicas may do this at once, and any of them may be killed.
 */
export class PromoteReleases {
  constructor(private readonly ports: PromoteReleasesPorts) {}

  /** Looks at every promotion. The number of commits that are owed now. */
  async pass(): Promise<number> {
    const { tx, log } = this.ports;
    const due = await tx.run(systemScope(CONTROLLER), async () => {
      const ids = await applicationsPromotedTo(tx);
      const found: ApplicationId[] = [];
      for (let from = 0; from < ids.length; from += AT_ONCE) found.push(...(await loadPromotions(tx, ids.slice(from, from + AT_ONCE))).filter(isDue).map(({ application }) => application));
      return found;
    });
    let owed = 0;
    for (const id of due) {
      try {
        if (await this.#promote(id)) owed += 1;
      } catch (error) {
        log.warn('a release could not be promoted; the next round comes soon', { applicationId: id, error }); // one that is unforeseen holds up no other
      }
    }
    return owed;
  }

  async #promote(id: ApplicationId): Promise<boolean> {
    const { tx, audit, outbox, ids, log } = this.ports;
    const promoted = await tx.run(systemScope(CONTROLLER), async () => {
      await tx.query('SELECT 1 FROM applications WHERE id = $1 FOR NO KEY UPDATE', [id]);
      const [promotion] = await loadPromotions(tx, [id]);
      if (promotion?.release === undefined || !isDue(promotion)) return undefined;
      const { project, names, release, spec } = promotion;
      const write = ids.uuid();
      await new SqlGitWriteStore(tx).add(writeOf(promotion, release, write, await peopleOf(tx, promotion)));
      await audit.record({ action: 'promotion.promote', object: { kind: 'Application', id }, projectId: project, outcome: 'SUCCEEDED', after: { gitWrite: write, release: release.id, from: spec.application } });
      await outbox.append({ kind: 'application.promoted', projectId: project, payload: { applicationId: id, releaseId: release.id, gitWriteId: write } });
      return { names, from: spec.application, release: release.number };
    });
    if (promoted !== undefined) log.info('a release is promoted', { applicationId: id, application: promoted.names.application, from: promoted.from, release: promoted.release });
    return promoted !== undefined;
  }
}

function isDue({ state, now }: LoadedPromotion): boolean {
  return planPromotion(state, now).state === 'DUE';
}

function writeOf({ application, project, names, spec, repository, branch, path }: LoadedPromotion, release: NonNullable<LoadedPromotion['release']>, id: string, people: CommitPeople): Parameters<SqlGitWriteStore['add']>[0] {
  return {
    id, project, kind: 'PROMOTION', application, repository, release: release.id, rollout: undefined, branch, sourcePath: release.path, targetPath: path, keep: spec.keep, requestedBy: CONTROLLER,
    newBranch: spec.as === 'BRANCH' ? `capstan/promote-${spec.application}-${release.number}-to-${names.application}-${id.slice(-12)}` : undefined,
    commitMessage: describePromotion({ project: names.project, application: names.application, from: spec.application, release, soak: formatDuration(spec.soakMs), people }),
  };
}
