import { applicationId, type ReasonCode, type RepositoryId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { ResolvedRef, SourcesWanted, WantedEvaluation } from './sources-wanted.js';

const SCOPE = systemScope('release-evaluation');
/** Problems of a commit that was judged: only another commit or another revision makes a difference. */
const FINAL: readonly ReasonCode[] = ['PATH_NOT_FOUND', 'PATH_REFUSED'];

export class SqlSourcesWanted implements SourcesWanted {
  constructor(private readonly tx: TransactionContext) {}

  async refsOf(repository: RepositoryId): Promise<readonly string[]> {
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<{ ref: string }>(
        `SELECT DISTINCT v.spec -> 'source' ->> 'ref' AS ref FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id
         WHERE a.repository_id = $1 AND a.state = 'ACTIVE' ORDER BY 1`,
        [repository],
      ),
    );
    return rows.map((row) => row.ref);
  }

  async needingEvaluation(repository: RepositoryId, resolved: readonly ResolvedRef[]): Promise<readonly WantedEvaluation[]> {
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<{ ref: string; ids: string[] }>(
        `SELECT r.ref, array_agg(a.id::text ORDER BY a.id) AS ids
         FROM unnest($2::text[], $3::text[]) AS r (ref, commit) JOIN application_revisions v ON v.spec -> 'source' ->> 'ref' = r.ref JOIN applications a ON a.current_revision_id = v.id
         WHERE a.repository_id = $1 AND a.state = 'ACTIVE'
           AND (a.evaluated_commit IS DISTINCT FROM r.commit OR a.evaluated_revision_id IS DISTINCT FROM a.current_revision_id OR (a.reason IS NOT NULL AND NOT a.reason = ANY($4::text[])))
         GROUP BY r.ref ORDER BY r.ref`,
        [repository, resolved.map((one) => one.ref), resolved.map((one) => one.commit), FINAL],
      ),
    );
    return rows.map((row) => ({ ref: row.ref, applications: row.ids.map(applicationId) }));
  }
}
