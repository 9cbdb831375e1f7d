import { applicationId, projectId, releaseId, repositoryId, rolloutId, type ApplicationSpec, type GitWriteKind, type RepositoryType } from '#domain';
import { CHANNELS, type TransactionContext } from '../../platform/database/index.js';
import type { ClaimedWrite, OwedWrite } from './git-write.js';

interface ClaimedRow {
  readonly id: string; readonly project_id: string; readonly kind: GitWriteKind; readonly application_id: string; readonly repository_id: string; readonly release_id: string; readonly rollout_id: string | null;
  readonly branch: string; readonly new_branch: string | null; readonly source_path: string; readonly target_path: string; readonly keep: readonly string[]; readonly commit_message: string; readonly requested_by: string;
  readonly attempts: number; readonly created_at: Date; readonly url: string; readonly type: RepositoryType; readonly write_credentials_encrypted: Buffer | null; readonly release_commit: string; readonly release_ref: string | null; readonly spec: ApplicationSpec;
}

const MILLIS = `interval '1 millisecond'`;
const SUPERSEDE = `
  UPDATE git_writes SET state = 'FAILED', reason = 'SUPERSEDED', message = 'A later request took its place.', finished_at = clock_timestamp()
  WHERE application_id = $1 AND state = 'PENDING'`;
const ADD = `
  INSERT INTO git_writes (id, project_id, kind, application_id, repository_id, release_id, rollout_id, branch, new_branch, source_path, target_path, keep, commit_message, requested_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`;
/** One at a time for each application, so that the last wish is the last commit: also after one that was superseded while it was carried out. */
const CLAIM = `
  WITH due AS (
    SELECT w.id FROM git_writes w WHERE w.state = 'PENDING' AND w.next_at <= clock_timestamp() AND (w.claimed_until IS NULL OR w.claimed_until <= clock_timestamp())
      AND NOT EXISTS (SELECT 1 FROM git_writes o WHERE o.application_id = w.application_id AND o.id <> w.id AND o.claimed_until > clock_timestamp())
    ORDER BY w.next_at LIMIT $2 FOR UPDATE SKIP LOCKED),
  taken AS (
    UPDATE git_writes w SET claim = $1, claimed_until = clock_timestamp() + $3 * ${MILLIS}, attempts = w.attempts + 1 FROM due WHERE w.id = due.id RETURNING w.*)
  SELECT t.*, r.url, r.type, CASE WHEN r.deleted_at IS NULL THEN r.write_credentials_encrypted END AS write_credentials_encrypted, l.commit AS release_commit, l.full_ref AS release_ref, v.spec
  FROM taken t JOIN repositories r ON r.id = t.repository_id JOIN releases l ON l.id = t.release_id JOIN application_revisions v ON v.id = l.revision_id`;

/** Rows of commits that are owed. Everything runs inside an open transaction. */
export class SqlGitWriteStore {
  constructor(private readonly tx: TransactionContext) {}

  /** One more. Those of the application that wait give way: only the last wish counts. Under the lock of the application's row. */
  async add(write: OwedWrite): Promise<void> {
    await this.tx.execute(SUPERSEDE, [write.application]);
    await this.tx.execute(ADD, [
      write.id, write.project, write.kind, write.application, write.repository, write.release, write.rollout ?? null, write.branch, write.newBranch ?? null, write.sourcePath, write.targetPath,
      JSON.stringify(write.keep), write.commitMessage, write.requestedBy,
    ]);
    this.tx.notify(CHANNELS.gitWriteDue, write.id);
  }

  /** Takes up to `limit` that are due and nobody else holds. A claim whose time is over is nobody's. */
  async claimDue(claim: string, limit: number, leaseMs: number): Promise<readonly ClaimedWrite[]> {
    const rows = await this.tx.query<ClaimedRow>(CLAIM, [claim, limit, leaseMs]);
    return rows.map((row) => ({
      id: row.id, project: projectId(row.project_id), kind: row.kind, application: applicationId(row.application_id), repository: repositoryId(row.repository_id), release: releaseId(row.release_id),
      rollout: row.rollout_id === null ? undefined : rolloutId(row.rollout_id), branch: row.branch, newBranch: row.new_branch ?? undefined, sourcePath: row.source_path, targetPath: row.target_path,
      keep: row.keep, commitMessage: row.commit_message, requestedBy: row.requested_by, claim, attempts: row.attempts, createdAt: row.created_at, url: row.url, type: row.type,
      writeCredentials: row.write_credentials_encrypted ?? undefined, commit: row.release_commit, commitRef: row.release_ref ?? `refs/heads/${row.branch}`, spec: row.spec,
    }));
  }

  /** Whether the claim still holds, and no later wish has taken the place of this one. */
  async isWanted({ id, claim }: ClaimedWrite): Promise<boolean> {
    return (await this.tx.query(`SELECT 1 FROM git_writes WHERE id = $1 AND claim = $2 AND claimed_until > clock_timestamp() AND state = 'PENDING'`, [id, claim])).length === 1;
  }

  /** It is done. False when the claim was lost: whoever has it now finds the commit. What was superseded meanwhile stays so, and shows the commit. */
  async finish({ id, claim }: ClaimedWrite, commit: string | undefined, url: string | undefined, message: string | undefined): Promise<boolean> {
    const changed = await this.tx.execute(
      `UPDATE git_writes SET claim = NULL, claimed_until = NULL, commit = $3, url = $4, finished_at = clock_timestamp(), state = CASE WHEN state = 'PENDING' THEN 'DONE' ELSE state END,
         reason = CASE WHEN state = 'PENDING' THEN NULL ELSE reason END, message = CASE WHEN state = 'PENDING' THEN $5 ELSE message END WHERE id = $1 AND claim = $2`,
      [id, claim, commit ?? null, url ?? null, message ?? null],
    );
    return changed === 1;
  }

  /** It failed: for good, or until after a delay. */
  async fail({ id, claim }: ClaimedWrite, problem: { readonly reason: string; readonly message: string }, delayMs: number | undefined): Promise<boolean> {
    const changed = await this.tx.execute(
      `UPDATE git_writes SET claim = NULL, claimed_until = NULL, reason = CASE WHEN state = 'PENDING' THEN $3 ELSE reason END, message = CASE WHEN state = 'PENDING' THEN $4 ELSE message END,
         next_at = CASE WHEN $5::bigint IS NULL THEN next_at ELSE clock_timestamp() + $5 * ${MILLIS} END,
         finished_at = CASE WHEN state = 'PENDING' AND $5::bigint IS NULL THEN clock_timestamp() ELSE finished_at END,
         state = CASE WHEN state = 'PENDING' AND $5::bigint IS NULL THEN 'FAILED' ELSE state END WHERE id = $1 AND claim = $2`,
      [id, claim, problem.reason, problem.message, delayMs ?? null],
    );
    return changed === 1;
  }

  /** Gives a claim back as if it had not been taken. */
  async release({ id, claim }: ClaimedWrite): Promise<void> {
    await this.tx.execute('UPDATE git_writes SET claim = NULL, claimed_until = NULL, attempts = attempts - 1 WHERE id = $1 AND claim = $2', [id, claim]);
  }
}
