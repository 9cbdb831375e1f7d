import { must } from '../../contract/kubernetes/contract-server.js';
import type { PushedCommit } from '../check/evidence.js';
import type { ExpectedApplication } from '../model/expected-end.js';
import type { ClusterName, Content } from '../plan/schedule.js';
import type { FaultStage } from '../stage/fault-stage.js';

interface TargetRow {
  readonly cluster: ClusterName;
  readonly state: string;
  readonly sync: string;
  readonly health: string;
  readonly reason: string;
  readonly message: string;
  readonly release: string | null;
  readonly assigned: string | null;
  readonly observed: string | null;
  readonly detail: { readonly pendingRemoval?: { readonly digest?: string } | null };
}

const TARGETS = `
  SELECT c.name AS cluster, t.state, s.sync, s.health, s.reason, s.message, t.assigned_release_id AS release, r.commit AS assigned, s.commit AS observed, s.detail
  FROM applications a JOIN targets t ON t.application_id = a.id JOIN clusters c ON c.id = t.cluster_id JOIN target_status s ON s.target_id = t.id LEFT JOIN releases r ON r.id = t.assigned_release_id
  WHERE a.name = $1 AND a.state <> 'DELETED'`;

/** What one look saw: what is not yet as it should be, and what waits for a person. */
export interface Sight {
  readonly missing: readonly string[];
  readonly waitsForApproval: readonly { readonly cluster: ClusterName; readonly digest: string; readonly release: string | null }[];
  /** The commit of a rewritten history that is held. */
  readonly heldCommit: string | undefined;
}

/** Looks past every proxy, at the database and the API servers themselves. */
export async function observe(stage: FaultStage, expected: ExpectedApplication, commits: readonly PushedCommit[]): Promise<Sight> {
  const { name } = expected;
  const [application] = await stage.postgres.query<{ readonly state: string; readonly reason: string | null; readonly message: string | null }>('SELECT state, reason, message FROM applications WHERE name = $1 ORDER BY created_at DESC LIMIT 1', [name]);
  const missing: string[] = [];
  if (application === undefined) return { missing: [`${name} is not in the database`], waitsForApproval: [], heldCommit: undefined };
  if ((application.state === 'DELETED') !== (expected.deleted !== undefined)) missing.push(`${name} is ${application.state} (${application.reason ?? ''} ${application.message ?? ''})`);
  const rows = await stage.postgres.query<TargetRow>(TARGETS, [name]);
  for (const [cluster, { isMatched, tier }] of expected.clusters) {
    const row = rows.find((candidate) => candidate.cluster === cluster);
    const isActive = isMatched && expected.deleted === undefined;
    if (isActive) missing.push(...missingOf(`${name}@${cluster}`, row, expected.head, commits));
    else if (row !== undefined && row.state !== 'REMOVED') missing.push(`${name}@${cluster} is ${row.state}, ${row.reason}`);
    if (expected.deleted === 'ORPHAN') continue;
    const wanted = isActive ? dataOf(expected.head, tier, expected.size) : {};
    const live = await liveData(stage, cluster, name);
    if (canonical(live) !== canonical(wanted)) missing.push(`${name}@${cluster} has ${canonical(live)} instead of ${canonical(wanted)}`);
  }
  return {
    missing,
    waitsForApproval: rows.flatMap(({ cluster, sync, detail, release }) => (sync === 'AWAITING_APPROVAL' && typeof detail.pendingRemoval?.digest === 'string' ? [{ cluster, digest: detail.pendingRemoval.digest, release }] : [])),
    heldCommit: expected.deleted === undefined ? await heldCommitOf(stage, name) : undefined,
  };
}

async function heldCommitOf(stage: FaultStage, repository: string): Promise<string | undefined> {
  const [row] = await stage.postgres.query<{ readonly commit: string }>('SELECT r.rewritten_commit AS commit FROM repository_refs r JOIN repositories p ON p.id = r.repository_id WHERE p.name = $1 AND r.rewritten_commit IS NOT NULL', [repository]);
  return row?.commit;
}

function missingOf(target: string, row: TargetRow | undefined, head: Content, commits: readonly PushedCommit[]): readonly string[] {
  if (row === undefined) return [`${target} does not exist`];
  const { state, sync, health, reason, message, assigned, observed } = row;
  const runsHead = [assigned, observed].every((id) => commits.some((commit) => commit.id === id && canonical(commit.content) === canonical(head)));
  return state === 'ACTIVE' && sync === 'SYNCED' && health === 'HEALTHY' && runsHead ? [] : [`${target} is ${state} ${sync} ${health} ${reason} (${message.slice(0, 200)}), assigned ${String(assigned)}, observed ${String(observed)}`];
}

/** ConfigMaps as `value/tier/size`, the Deployment as its image. */
function dataOf({ values, image }: Content, tier: string, size: string): Readonly<Record<string, string>> {
  const objects = Object.entries(values).map(([name, value]) => [name, `${value}/${tier}/${size}`] as const);
  return Object.fromEntries(image === undefined ? objects : [...objects, ['web', image]]);
}

async function liveData(stage: FaultStage, cluster: ClusterName, namespace: string): Promise<Readonly<Record<string, string>>> {
  const { admin } = stage.cluster(cluster);
  const maps = must(await admin.list(must(await admin.resolve('', 'ConfigMap')), { namespace }));
  const deployments = must(await admin.list(must(await admin.resolve('apps', 'Deployment')), { namespace }));
  const live: Record<string, string> = {};
  for (const { metadata, ...object } of maps.items) {
    const data = object['data'] as Readonly<Record<string, string>> | undefined;
    if (metadata.name !== 'kube-root-ca.crt') live[metadata.name] = `${data?.['value'] ?? ''}/${data?.['tier'] ?? ''}/${data?.['size'] ?? ''}`;
  }
  for (const { metadata, ...object } of deployments.items) {
    const spec = object['spec'] as { readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } } };
    live[metadata.name] = spec.template.spec.containers[0]?.image ?? '';
  }
  return live;
}

/** One text for equal values, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part));
}
