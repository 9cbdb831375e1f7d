import type { ApplicationId, ProjectId } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import type { NothingMatches } from './rollback-failure.js';

interface AskedScope {
  readonly project: ProjectId;
  readonly application: ApplicationId | undefined;
  readonly cluster: string | undefined;
  readonly stage?: string | undefined;
}

/** More names than a person reads, and enough to find the one that was meant. */
const MOST = 5_000;
const CLUSTERS = `
  SELECT DISTINCT c.name FROM targets t JOIN clusters c ON c.id = t.cluster_id
  WHERE t.project_id = $1 AND t.state = 'ACTIVE' AND ($2::uuid IS NULL OR t.application_id = $2) ORDER BY c.name LIMIT ${MOST}`;
const STAGES = `
  SELECT s.name FROM rollout_stages s JOIN rollouts o ON o.id = s.rollout_id
  WHERE o.application_id = $1 AND o.number = (SELECT max(number) FROM rollouts n WHERE n.application_id = $1 AND n.cause IN ('RELEASE', 'SYNC')) ORDER BY s.ordinal LIMIT ${MOST}`;

/** Which name of a scope that holds nothing is none; undefined: all are there, and yet nothing is in it. Runs in the open transaction. */
export async function findMisnamed(tx: Pick<TransactionContext, 'query'>, { project, application, cluster, stage }: AskedScope): Promise<NothingMatches['misnamed']> {
  const names = async (sql: string, parameters: readonly unknown[]): Promise<readonly string[]> => (await tx.query<{ name: string }>(sql, [...parameters])).map((row) => row.name);
  if (cluster !== undefined) {
    const known = await names(CLUSTERS, [project, application ?? null]);
    if (!known.includes(cluster)) return { what: 'cluster', name: cluster, known };
  }
  if (stage === undefined || application === undefined) return undefined;
  const known = await names(STAGES, [application]);
  return known.includes(stage) ? undefined : { what: 'stage', name: stage, known };
}
