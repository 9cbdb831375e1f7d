import { applicationId, isGitWriteReason, releaseId, repositoryId, rolloutId, type ApplicationId, type GitWriteKind, type GitWriteReason, type GitWriteState, type ReleaseId, type RepositoryId, type RolloutId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

/** A commit that is owed, or was, as people see it. */
export interface GitWriteView {
  readonly id: string;
  readonly kind: GitWriteKind;
  readonly state: GitWriteState;
  readonly application: ApplicationId;
  readonly repository: RepositoryId;
  readonly release: ReleaseId;
  readonly rollout: RolloutId | undefined;
  readonly branch: string;
  readonly newBranch: string | undefined;
  readonly path: string;
  readonly requestedBy: string;
  readonly attempts: number;
  readonly nextAt: Date | undefined;
  readonly commit: string | undefined;
  readonly url: string | undefined;
  readonly reason: GitWriteReason | undefined;
  readonly message: string | undefined;
  readonly createdAt: Date;
  readonly finishedAt: Date | undefined;
}

interface Row {
  readonly id: string; readonly kind: GitWriteKind; readonly state: GitWriteState; readonly application_id: string; readonly repository_id: string; readonly release_id: string; readonly rollout_id: string | null;
  readonly branch: string; readonly new_branch: string | null; readonly target_path: string; readonly requested_by: string; readonly attempts: number; readonly next_at: Date; readonly commit: string | null;
  readonly url: string | null; readonly reason: string | null; readonly message: string | null; readonly created_at: Date; readonly finished_at: Date | null;
}

const COLUMNS = `w.id, w.kind, w.state, w.application_id, w.repository_id, w.release_id, w.rollout_id, w.branch, w.new_branch, w.target_path, w.requested_by, w.attempts, w.next_at, w.commit, w.url, w.reason, w.message,
  w.created_at, w.finished_at`;

@Injectable()
export class GitWriteReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** One answer per id, in order, undefined for what is missing or not the viewer's. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (GitWriteView | undefined)[]> {
    const byId = new Map((await this.#rows(viewer, 'WHERE w.id = ANY($1::uuid[])', [ids])).map((row) => [row.id, toView(row)]));
    return ids.map((id) => byId.get(id));
  }

  /** Of each rollout, in the order of the ids. */
  async ofRollouts(viewer: Viewer, rollouts: readonly string[]): Promise<readonly (GitWriteView | undefined)[]> {
    const byRollout = new Map((await this.#rows(viewer, 'WHERE w.rollout_id = ANY($1::uuid[])', [rollouts])).map((row) => [row.rollout_id, toView(row)]));
    return rollouts.map((id) => byRollout.get(id));
  }

  /** Newest first, one more than the page wants. */
  async list(viewer: Viewer, application: ApplicationId, page: Page): Promise<readonly GitWriteView[]> {
    const rows = await this.#rows(viewer, 'WHERE w.application_id = $1 AND ($2::uuid IS NULL OR w.id < $2) ORDER BY w.id DESC LIMIT $3', [application, page.after?.id ?? null, page.limit + 1]);
    return rows.map(toView);
  }

  #rows(viewer: Viewer, rest: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(`SELECT ${COLUMNS} FROM git_writes w ${rest}`, parameters));
  }
}

function toView(row: Row): GitWriteView {
  return {
    id: row.id, kind: row.kind, state: row.state, application: applicationId(row.application_id), repository: repositoryId(row.repository_id), release: releaseId(row.release_id),
    rollout: row.rollout_id === null ? undefined : rolloutId(row.rollout_id), branch: row.branch, newBranch: row.new_branch ?? undefined, path: row.target_path, requestedBy: row.requested_by, attempts: row.attempts,
    nextAt: row.state === 'PENDING' ? row.next_at : undefined, commit: row.commit ?? undefined, url: row.url ?? undefined, reason: row.reason !== null && isGitWriteReason(row.reason) ? row.reason : undefined,
    message: row.message ?? undefined, createdAt: row.created_at, finishedAt: row.finished_at ?? undefined,
  };
}
