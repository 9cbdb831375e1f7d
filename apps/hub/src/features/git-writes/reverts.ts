import { err, ok, type Ids, type Result } from '#kernel';
import { describeRevert, planRevert, releaseId, repositoryId, type ApplicationId, type GitWriteForm, type PlannedRevert, type ProjectId, type ReleaseId, type RepositoryId, type RepositoryType, type RevertRefused, type RolloutId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { TransactionContext } from '../../platform/database/index.js';
import { IDS } from '../../platform/tokens.js';
import { SqlGitWriteStore } from './sql-git-write.store.js';

/** A release that targets go back to, and how many. */
export interface ReleaseGoneBackTo {
  readonly release: ReleaseId;
  readonly targets: number;
}

/** What a branch gets back, found possible. */
export interface RevertToOwe {
  readonly project: ProjectId;
  readonly application: ApplicationId;
  readonly names: { readonly project: string; readonly application: string };
  readonly repository: RepositoryId;
  readonly planned: PlannedRevert;
  readonly commit: string;
  readonly from: { readonly number: number; readonly commit: string } | undefined;
}

interface StateRow {
  readonly project_id: ProjectId;
  readonly project: string;
  readonly name: string;
  readonly ref: string;
  readonly path: string;
  readonly repository_id: string;
  readonly repository: string;
  readonly type: RepositoryType;
  readonly has_write_credentials: boolean;
  readonly full_ref: string | null;
}

interface ReleaseRow {
  readonly id: string;
  readonly number: number;
  readonly commit: string;
  readonly repository_id: string;
  readonly path: string;
  readonly source_digest: string;
  readonly fell_back: boolean;
}

const STATE = `
  SELECT a.project_id, p.name AS project, a.name, v.spec -> 'source' ->> 'ref' AS ref, v.spec -> 'source' ->> 'path' AS path, r.id AS repository_id, r.name AS repository, r.type,
    r.write_credentials_encrypted IS NOT NULL AS has_write_credentials, k.full_ref
  FROM applications a JOIN projects p ON p.id = a.project_id JOIN application_revisions v ON v.id = a.current_revision_id JOIN repositories r ON r.id = a.repository_id
  LEFT JOIN repository_refs k ON k.repository_id = r.id AND k.ref = v.spec -> 'source' ->> 'ref'
  WHERE a.id = $1`;
const RELEASES = `
  SELECT l.id, l.number, l.commit, l.repository_id, v.spec -> 'source' ->> 'path' AS path, l.source_digest, l.fell_back
  FROM releases l JOIN application_revisions v ON v.id = l.revision_id WHERE l.id = ANY($1::uuid[])`;

/** Commits that put a branch back to a release: whether one can be written, and that one is owed. Everything runs inside the transaction of the rollback. */
@Injectable()
export class Reverts {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  /** @param left the release that most of the targets run now */
  async plan(application: ApplicationId, to: readonly ReleaseGoneBackTo[], left: ReleaseId | undefined): Promise<Result<RevertToOwe, RevertRefused>> {
    const [row] = await this.tx.query<StateRow>(STATE, [application]);
    if (row === undefined) throw new Error(`application ${application} of a rollback is gone`);
    const releases = new Map((await this.tx.query<ReleaseRow>(RELEASES, [[...to.map(({ release }) => release), ...(left === undefined ? [] : [left])]])).map((release) => [release.id, release]));
    const planned = planRevert({
      application: row.name, source: { repository: repositoryId(row.repository_id), ref: row.ref, path: row.path }, fullRef: row.full_ref ?? undefined,
      repository: { name: row.repository, type: row.type, hasWriteCredentials: row.has_write_credentials },
      destinations: to.flatMap(({ release: id, targets }) => {
        const release = releases.get(id);
        return release === undefined ? [] : { release: releaseId(id), number: release.number, repository: repositoryId(release.repository_id), path: release.path, sourceDigest: release.source_digest, fellBack: release.fell_back, targets };
      }),
    });
    if (!planned.ok) return err(planned.error);
    const from = left === undefined ? undefined : releases.get(left);
    return ok({
      project: row.project_id, application, names: { project: row.project, application: row.name }, repository: repositoryId(row.repository_id), planned: planned.value,
      commit: releases.get(planned.value.release)?.commit ?? '', from: from && { number: from.number, commit: from.commit },
    });
  }

  /** Writes down that the commit is owed; the writer takes it up after the commit of the transaction. */
  async owe({ project, application, names, repository, planned, commit, from }: RevertToOwe, wish: { readonly rollout: RolloutId; readonly as: GitWriteForm; readonly by: string; readonly reason: string }): Promise<void> {
    const id = this.ids.uuid();
    await new SqlGitWriteStore(this.tx).add({
      id, project, kind: 'REVERT', application, repository, release: planned.release, rollout: wish.rollout, branch: planned.branch, sourcePath: planned.path, targetPath: planned.path, keep: [], requestedBy: wish.by,
      newBranch: wish.as === 'BRANCH' ? `capstan/rollback-${names.application}-${id.slice(-12)}` : undefined,
      commitMessage: describeRevert({ project: names.project, application: names.application, release: { number: planned.number, commit }, from, by: wish.by, reason: wish.reason }),
    });
  }
}
