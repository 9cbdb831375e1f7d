import { err, ok, type Result } from '#kernel';
import type { RepositoryId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import type { Project } from '../projects/index.js';
import type { ApproveHistoryRewriteFailure } from './repository.errors.js';
import { RepositorySchedule } from './repository-schedule.js';
import { REPOSITORY_STORE, type RepositoryStore } from './repository.store.js';

export interface ApproveHistoryRewriteCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
  /** As applications write it. */
  readonly ref: string;
  /** Where the ref is now. */
  readonly commit: string;
  /** Where it was in order; undefined: wherever it was. */
  readonly fromCommit: string | undefined;
}

interface RefRow {
  readonly good_full_ref: string;
  readonly good_commit: string;
  readonly rewrite: string | null;
  readonly rewritten_full_ref: string | null;
  readonly rewritten_commit: string | null;
}

const LOCK = 'SELECT good_full_ref, good_commit, rewrite, rewritten_full_ref, rewritten_commit FROM repository_refs WHERE repository_id = $1 AND ref = $2 FOR NO KEY UPDATE';
const APPROVE = `
  UPDATE repository_refs SET approved_full_ref = rewritten_full_ref, approved_commit = rewritten_commit, approved_by = $3, approved_at = now() WHERE repository_id = $1 AND ref = $2`;

/**
 * Lets a ref move from the commit where it was in order to the one where it is held, and to what has grown from it by the next look, but to
 * nothing else. The next look takes the approval up, for every application that follows the ref; a ref that came back by then makes it void.
 * The same approval again changes nothing.
 */
@Injectable()
export class ApproveHistoryRewrite {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run' | 'query' | 'execute'>,
    @Inject(REPOSITORY_STORE) private readonly repositories: Pick<RepositoryStore, 'lockByName'>,
    @Inject(RepositorySchedule) private readonly schedule: Pick<RepositorySchedule, 'hint'>,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'append'>,
  ) {}

  async execute(viewer: Viewer, command: ApproveHistoryRewriteCommand): Promise<Result<RepositoryId, ApproveHistoryRewriteFailure>> {
    const { project, projectName, name, ref } = command;
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: projectName });
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const repository = await this.repositories.lockByName(project.id, name);
      if (repository === undefined) return err({ code: 'REPOSITORY_NOT_FOUND', name });
      const [row] = await this.tx.query<RefRow>(LOCK, [repository.id, ref]);
      const refusal = refusalOf(row, command);
      if (row === undefined || refusal !== undefined) return err(refusal ?? { code: 'REF_NOT_FOUND', ref });
      await this.tx.execute(APPROVE, [repository.id, ref, viewer.principalId]);
      await this.schedule.hint(repository.id);
      const before = { ref, fullRef: row.good_full_ref, commit: row.good_commit };
      const after = { ref, fullRef: row.rewritten_full_ref, commit: row.rewritten_commit };
      await this.audit.record({ action: 'approveHistoryRewrite', object: { kind: 'Repository', id: repository.id }, projectId: project.id, outcome: 'SUCCEEDED', before, after });
      await this.outbox.append({ kind: 'repository.historyRewriteApproved', projectId: project.id, payload: { repositoryId: repository.id, ref, fromCommit: row.good_commit, toCommit: row.rewritten_commit } });
      return ok(repository.id);
    });
  }
}

function refusalOf(row: RefRow | undefined, { ref, commit, fromCommit }: ApproveHistoryRewriteCommand): ApproveHistoryRewriteFailure | undefined {
  if (row === undefined) return { code: 'REF_NOT_FOUND', ref };
  if (row.rewritten_commit === null) return { code: 'NOTHING_TO_APPROVE', ref, isGone: row.rewrite !== null };
  const waiting = { ref, fromCommit: row.good_commit, toCommit: row.rewritten_commit };
  if (commit !== row.rewritten_commit) return { code: 'COMMIT_MISMATCH', field: 'commit', ...waiting };
  return fromCommit === undefined || fromCommit === row.good_commit ? undefined : { code: 'COMMIT_MISMATCH', field: 'fromCommit', ...waiting };
}
