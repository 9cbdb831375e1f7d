import type { AuditEntry } from '#testing';
import { readFileSync } from 'node:fs';
import { AGENT_ACCOUNT, AGENT_NAMESPACE, APPLY_ACCOUNT } from '../../e2e/stage/agent-accounts.js';
import type { AuditRow, ClusterWrite, Evidence, LookUp, ReleaseRow, Tombstone, Transition } from '../check/evidence.js';
import { CLUSTERS, type ClusterName } from '../plan/schedule.js';
import type { FaultStage } from '../stage/fault-stage.js';

export type WitnessReport = Pick<Evidence, 'writes' | 'transitions' | 'tombstones' | 'releases' | 'audit' | 'lookUps'>;

const TRANSITIONS = `SELECT a.name AS application, c.name AS cluster, x.at, x.kind, r.commit, x.generation FROM target_transitions x JOIN targets t ON t.id = x.target_id
  JOIN applications a ON a.id = t.application_id JOIN clusters c ON c.id = t.cluster_id LEFT JOIN releases r ON r.id = x.release_id WHERE a.name = ANY($1) ORDER BY x.at, x.id`;
const TOMBSTONES = `SELECT a.name AS application, c.name AS cluster, b.mode, b.cause, b.created_at, b.acknowledged_at FROM tombstones b JOIN applications a ON a.id = b.application_id
  JOIN clusters c ON c.id = b.cluster_id WHERE a.name = ANY($1) ORDER BY b.created_at`;
const RELEASES = 'SELECT a.name AS application, r.number, r.commit FROM releases r JOIN applications a ON a.id = r.application_id WHERE a.name = ANY($1) ORDER BY a.name, r.number';
const AUDIT = `SELECT l.action, l.outcome, coalesce(a.name, p.name, ta.name) AS subject FROM audit_log l LEFT JOIN applications a ON a.id::text = l.object_id LEFT JOIN repositories p ON p.id::text = l.object_id
  LEFT JOIN targets t ON t.id::text = l.object_id LEFT JOIN applications ta ON ta.id = t.application_id WHERE l.at >= $1 ORDER BY l.at`;

/** Hears the three witnesses: the audit logs of the API servers, the history in the database, the access log of the Git server. */
export async function collectEvidence(stage: FaultStage, applications: readonly string[], startedAt: number): Promise<WitnessReport> {
  const rows = <T>(sql: string): Promise<readonly T[]> => stage.postgres.query<T>(sql, [applications]);
  const transitions = await rows<{ readonly application: string; readonly cluster: ClusterName; readonly at: Date; readonly kind: string; readonly commit: string | null; readonly generation: string }>(TRANSITIONS);
  const tombstones = await rows<{ readonly application: string; readonly cluster: ClusterName; readonly mode: string; readonly cause: string; readonly created_at: Date; readonly acknowledged_at: Date | null }>(TOMBSTONES);
  return {
    writes: CLUSTERS.flatMap((cluster) => stage.cluster(cluster).writes().map((entry) => toWrite(cluster, entry))).toSorted((a, b) => a.at - b.at),
    transitions: transitions.map((row): Transition => ({ ...row, at: row.at.getTime(), commit: row.commit ?? undefined, generation: Number(row.generation) })),
    tombstones: tombstones.map(({ application, cluster, mode, cause, created_at, acknowledged_at }): Tombstone => ({ application, cluster, mode, cause, createdAt: created_at.getTime(), acknowledgedAt: acknowledged_at?.getTime() })),
    releases: await rows<ReleaseRow>(RELEASES),
    audit: (await stage.postgres.query<{ readonly action: string; readonly outcome: string; readonly subject: string | null }>(AUDIT, [new Date(startedAt)])).map((row): AuditRow => ({ ...row, subject: row.subject ?? undefined })),
    lookUps: lookUpsOf(stage.gitAccessLog, applications),
  };
}

function toWrite(cluster: ClusterName, entry: AuditEntry): ClusterWrite {
  const { verb, resource, subresource, namespace, name, user, impersonatedUser, requestObject } = entry;
  const body = typeof requestObject === 'object' && requestObject !== null ? (requestObject as { readonly kind?: string; readonly data?: Readonly<Record<string, string>>; readonly preconditions?: { readonly uid?: string } }) : undefined;
  return {
    cluster, verb, resource: subresource === '' ? resource : `${resource}/${subresource}`, namespace, name,
    at: Date.parse(entry.time), answeredAt: Date.parse(entry.answeredAt),
    isByAgent: user === AGENT_ACCOUNT && (impersonatedUser === APPLY_ACCOUNT || namespace === AGENT_NAMESPACE),
    data: body?.kind === 'ConfigMap' ? body.data : undefined,
    hasUid: typeof body?.preconditions?.uid === 'string',
  };
}

function lookUpsOf(path: string, repositories: readonly string[]): readonly LookUp[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { readonly at: string; readonly repository: string; readonly kind: string }).filter(({ kind, repository }) => kind === 'ref-look-up' && repositories.includes(repository))
    .map(({ at, repository }) => ({ repository, at: Date.parse(at) }));
}
