import { parseTraceparent } from '#kernel';
import { projectId, repositoryId, type RefPoint, type RepositoryId, type RepositoryType, type RewriteKind } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { RepositorySchedule } from '../repositories/index.js';
import { ClaimLost, type ClaimedRepository, type KnownRef, type PollRecord, type RefSighting, type Rewrite, type SourceProblem, type SourceStore } from './source.store.js';

interface ClaimedRow {
  readonly project_id: string;
  readonly id: string;
  readonly type: RepositoryType;
  readonly url: string;
  readonly poll_ms: number;
  readonly credentials_encrypted: Buffer | null;
  readonly failures: number;
  readonly hint_trace: string | null;
}

interface KnownRow {
  readonly ref: string;
  readonly good_full_ref: string | null;
  readonly good_commit: string | null;
  readonly approved_full_ref: string | null;
  readonly approved_commit: string | null;
  readonly rewrite: RewriteKind | null;
  readonly rewritten_full_ref: string | null;
  readonly rewritten_commit: string | null;
}

/** Whoever changes the ref means another history: what was judged before counts only where it was judged for this ref. */
const KNOWN_REFS = `
  SELECT f.ref, coalesce(k.good_full_ref, k.full_ref) AS good_full_ref, coalesce(k.good_commit, past.commit) AS good_commit, k.approved_full_ref, k.approved_commit, k.rewrite, k.rewritten_full_ref, k.rewritten_commit
  FROM unnest($2::text[]) AS f (ref) LEFT JOIN repository_refs k ON k.repository_id = $1 AND k.ref = f.ref
  LEFT JOIN LATERAL (
    SELECT a.evaluated_commit AS commit FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id JOIN application_revisions e ON e.id = a.evaluated_revision_id
    WHERE k.good_commit IS NULL AND a.repository_id = $1 AND a.state = 'ACTIVE' AND a.evaluated_commit IS NOT NULL AND v.spec -> 'source' ->> 'ref' = f.ref AND e.spec -> 'source' ->> 'ref' = f.ref
      AND e.spec -> 'source' ->> 'repository' = v.spec -> 'source' ->> 'repository'
    ORDER BY a.id LIMIT 1) past ON true`;

/** A ref is kept as long as an application was last judged there: it may be on its way back, and then goes on from the same line. */
const FORGET_REFS = `
  DELETE FROM repository_refs k WHERE k.repository_id = $1 AND NOT k.ref = ANY($2::text[]) AND NOT EXISTS (
    SELECT 1 FROM applications a JOIN application_revisions e ON e.id = a.evaluated_revision_id WHERE a.repository_id = $1 AND a.state = 'ACTIVE' AND e.spec -> 'source' ->> 'ref' = k.ref)`;

const SCOPE = systemScope('source-watcher');
const MILLIS = `interval '1 millisecond'`;

export class SqlSourceStore implements SourceStore {
  constructor(
    private readonly tx: TransactionContext,
    private readonly schedule: Pick<RepositorySchedule, 'hint'>,
  ) {}

  async claimDue(claim: string, limit: number, leaseMs: number): Promise<readonly ClaimedRepository[]> {
    const rows = await this.#run(() =>
      this.tx.query<ClaimedRow>(
        `UPDATE repositories r SET claim = $1, claimed_at = clock_timestamp(), claimed_until = clock_timestamp() + $3 * ${MILLIS}, last_polled_at = clock_timestamp(), hint_trace = NULL
         FROM (SELECT id, hint_trace FROM repositories WHERE deleted_at IS NULL AND next_poll_at <= clock_timestamp() AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
               ORDER BY next_poll_at LIMIT $2 FOR UPDATE SKIP LOCKED) due
         WHERE r.id = due.id RETURNING r.project_id, r.id, r.type, r.url, r.poll_ms, r.credentials_encrypted, r.failures, due.hint_trace`,
        [claim, limit, leaseMs],
      ),
    );
    return rows.map((row) => ({
      project: projectId(row.project_id), id: repositoryId(row.id), type: row.type, url: row.url, pollMs: row.poll_ms, credentials: row.credentials_encrypted ?? undefined, failures: row.failures, claim, trace: parseTraceparent(row.hint_trace ?? undefined),
    }));
  }

  async renew({ id, claim }: ClaimedRepository, leaseMs: number): Promise<boolean> {
    const sql = `UPDATE repositories SET claimed_until = clock_timestamp() + $3 * ${MILLIS} WHERE id = $1 AND claim = $2 AND deleted_at IS NULL`;
    return (await this.#run(() => this.tx.execute(sql, [id, claim, leaseMs]))) === 1;
  }

  async knownRefs({ id }: ClaimedRepository, refs: readonly string[]): Promise<ReadonlyMap<string, KnownRef>> {
    const rows = await this.#run(() => this.tx.query<KnownRow>(KNOWN_REFS, [id, refs]));
    return new Map(rows.map((row) => [row.ref, toKnownRef(row)]));
  }

  async noteSightings(repository: ClaimedRepository, sightings: readonly RefSighting[]): Promise<void> {
    const columns = sightings.map((one) => ('absent' in one ? [one.ref, null, null, one.absent.reason, one.absent.message] : [one.ref, one.fullRef, one.commit, null, null]));
    const column = (index: number): readonly (string | null)[] => columns.map((values) => values[index] ?? null);
    await this.#fenced(repository, async () => {
      await this.tx.execute(FORGET_REFS, [repository.id, column(0)]);
      await this.tx.execute(
        `INSERT INTO repository_refs AS known (project_id, repository_id, ref, full_ref, commit, reason, message)
         SELECT $1, $2, seen.* FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS seen (ref, full_ref, commit, reason, message)
         ON CONFLICT (project_id, repository_id, ref) DO UPDATE SET
           full_ref = coalesce(excluded.full_ref, known.full_ref), commit = coalesce(excluded.commit, known.commit), resolved_at = now(),
           reason = CASE WHEN known.rewrite IS NULL THEN excluded.reason ELSE known.reason END, message = CASE WHEN known.rewrite IS NULL THEN excluded.message ELSE known.message END,
           changed_at = CASE WHEN excluded.commit IS NOT NULL AND excluded.commit IS DISTINCT FROM known.commit THEN now() ELSE known.changed_at END`,
        [repository.project, repository.id, column(0), column(1), column(2), column(3), column(4)],
      );
    });
  }

  async noteFollowed(repository: ClaimedRepository, ref: string, { fullRef, commit }: RefPoint): Promise<void> {
    await this.#fenced(repository, () =>
      this.tx.execute(
        `UPDATE repository_refs SET good_full_ref = $3, good_commit = $4, rewrite = NULL, rewritten_full_ref = NULL, rewritten_commit = NULL, rewritten_at = NULL,
           approved_full_ref = NULL, approved_commit = NULL, approved_by = NULL, approved_at = NULL, reason = NULL, message = NULL WHERE repository_id = $1 AND ref = $2`,
        [repository.id, ref, fullRef, commit],
      ),
    );
  }

  async noteRewrite(repository: ClaimedRepository, ref: string, { kind, to, from }: Rewrite, { reason, message }: SourceProblem): Promise<void> {
    await this.#fenced(repository, () =>
      this.tx.execute(
        `UPDATE repository_refs SET good_full_ref = $3, good_commit = $4, rewrite = $5, rewritten_full_ref = $6, rewritten_commit = $7, rewritten_at = now(), reason = $8, message = $9
         WHERE repository_id = $1 AND ref = $2 AND (good_full_ref, good_commit, rewrite, rewritten_full_ref, rewritten_commit, reason, message) IS DISTINCT FROM ($3, $4, $5, $6, $7, $8, $9)`,
        [repository.id, ref, from.fullRef, from.commit, kind, to?.fullRef ?? null, to?.commit ?? null, reason, message],
      ),
    );
  }

  async noteProblem(repository: ClaimedRepository, refs: readonly string[] | undefined, { reason, message }: SourceProblem): Promise<void> {
    await this.#fenced(repository, () =>
      this.tx.execute('UPDATE repository_refs SET reason = $3, message = $4 WHERE repository_id = $1 AND rewrite IS NULL AND ($2::text[] IS NULL OR ref = ANY($2::text[]))', [repository.id, refs ?? null, reason, message]),
    );
  }

  async finish({ id, claim }: ClaimedRepository, { delayMs, isPause, problem, isSuccess }: PollRecord): Promise<boolean> {
    const changed = await this.#run(() =>
      this.tx.execute(
        `UPDATE repositories SET claim = NULL, claimed_until = NULL, reason = $5, message = $6,
           failures = CASE WHEN $7 THEN 0 ELSE failures + 1 END, last_success_at = CASE WHEN $7 THEN clock_timestamp() ELSE last_success_at END,
           not_before = CASE WHEN $4 THEN clock_timestamp() + $3 * ${MILLIS} END,
           next_poll_at = CASE WHEN hinted_at > claimed_at AND NOT $4 THEN greatest(clock_timestamp(), claimed_at + interval '1 second') ELSE clock_timestamp() + $3 * ${MILLIS} END
         WHERE id = $1 AND claim = $2`,
        [id, claim, delayMs, isPause, problem?.reason ?? null, problem?.message ?? null, isSuccess],
      ),
    );
    return changed === 1;
  }

  async release({ id, claim }: ClaimedRepository): Promise<void> {
    await this.#run(() => this.tx.execute('UPDATE repositories SET claim = NULL, claimed_until = NULL WHERE id = $1 AND claim = $2', [id, claim]));
  }

  async places(): Promise<readonly { readonly id: RepositoryId; readonly url: string }[]> {
    const rows = await this.#run(() => this.tx.query<{ id: string; url: string }>('SELECT id, url FROM repositories WHERE deleted_at IS NULL'));
    return rows.map((row) => ({ id: repositoryId(row.id), url: row.url }));
  }

  async hint(ids: readonly RepositoryId[]): Promise<void> {
    await this.#run(async () => {
      for (const id of ids.toSorted()) await this.schedule.hint(id); // in one order everywhere: two watchers must not wait for each other
    });
  }

  async hintUnseen(): Promise<void> {
    await this.#run(async () => {
      const rows = await this.tx.query<{ id: string }>(
        `SELECT DISTINCT r.id FROM repositories r JOIN applications a ON a.repository_id = r.id AND a.state = 'ACTIVE' JOIN application_revisions v ON v.id = a.current_revision_id
         WHERE r.deleted_at IS NULL AND r.next_poll_at > now() AND v.created_at >= r.last_polled_at
         UNION SELECT r.id FROM repositories r JOIN application_sources s ON s.repository_id = r.id JOIN applications a ON a.id = s.application_id AND a.state = 'ACTIVE' JOIN application_revisions v ON v.id = a.current_revision_id
         WHERE r.deleted_at IS NULL AND r.next_poll_at > now() AND v.created_at >= r.last_polled_at
         UNION SELECT r.id FROM repositories r JOIN applications a ON a.repository_id = r.id AND a.state = 'ACTIVE'
         WHERE r.deleted_at IS NULL AND r.next_poll_at > now() AND a.sources_version <> a.evaluated_sources_version ORDER BY 1`,
      );
      for (const { id } of rows) await this.schedule.hint(repositoryId(id));
    });
  }

  /** The row stays locked until the commit: whoever takes over waits for it. */
  async #fenced(repository: ClaimedRepository, work: () => Promise<unknown>): Promise<void> {
    await this.#run(async () => {
      const held = await this.tx.query('SELECT 1 FROM repositories WHERE id = $1 AND claim = $2 AND deleted_at IS NULL FOR NO KEY UPDATE', [repository.id, repository.claim]);
      if (held.length === 0) throw new ClaimLost(repository.id);
      await work();
    });
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.tx.run(SCOPE, work);
  }
}

function toKnownRef(row: KnownRow): KnownRef {
  const good = pointOf(row.good_full_ref, row.good_commit);
  const rewrite = row.rewrite === null || good === undefined ? undefined : { kind: row.rewrite, from: good, to: pointOf(row.rewritten_full_ref, row.rewritten_commit) };
  return { good, approved: pointOf(row.approved_full_ref, row.approved_commit), rewrite };
}

function pointOf(fullRef: string | null, commit: string | null): RefPoint | undefined {
  return fullRef === null || commit === null ? undefined : { fullRef, commit };
}
