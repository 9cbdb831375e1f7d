import type { Digest } from '#kernel';
import { releaseId, repositoryId, type ApplicationSpec, type AssignmentOrder, type ClusterId, type OrderedArchive, type OrderedFurtherSource, type ProjectPolicy, type ReleaseId, type RepositoryId, type RepositoryType, type ResolvedForCluster, type TargetId } from '#domain';
import { ORDER_LIFETIME_MS } from '../../agent-gateway/index.js';
import type { TransactionContext } from '../../platform/database/index.js';
import { digestIn } from './digest-in.js';
import { loadPinnedSources, orderedArchive } from './load-pinned-sources.js';
import type { PlannedApplication } from './planned-application.js';

/** What orders say of a release: the fields of the revision it was made from, and the repository as it is now. */
export interface OrderMaterial {
  readonly id: ReleaseId;
  readonly commit: string;
  readonly ref: string;
  readonly sourceDigest: Digest;
  readonly spec: ApplicationSpec;
  /** Of the project, for all its applications: what of it orders say. */
  readonly policy: Pick<ProjectPolicy, 'health' | 'ignore'>;
  readonly archive: OrderedArchive | undefined;
  readonly sources: readonly OrderedFurtherSource[];
  readonly repository: { readonly id: RepositoryId; readonly url: string; readonly credentialDigest: Digest | undefined };
}

interface Row {
  readonly id: string;
  readonly commit: string;
  readonly ref: string;
  readonly source_digest: string;
  readonly spec: ApplicationSpec;
  readonly policy: Pick<ProjectPolicy, 'health' | 'ignore'>;
  readonly location: string | null;
  readonly repository_id: string;
  readonly type: RepositoryType;
  readonly url: string;
  readonly credentials_digest: string | null;
}

/**
 * With `forOrders` the rows of the repositories and the project are kept from changing until the commit: an order that is being made from the earlier
 * URL, credentials or rules would clear the mark that their change leaves on its target.
 */
export async function loadOrderMaterial(tx: TransactionContext, releases: readonly ReleaseId[], purpose: 'forOrders' | 'toCompare'): Promise<ReadonlyMap<ReleaseId, OrderMaterial>> {
  const rows = await tx.query<Row>(
    `SELECT r.id, r.commit, r.ref, r.source_digest, r.location, v.spec, p.policy, g.id AS repository_id, g.type, g.url, g.credentials_digest
     FROM releases r JOIN application_revisions v ON v.id = r.revision_id JOIN repositories g ON g.id = r.repository_id JOIN projects p ON p.id = g.project_id WHERE r.id = ANY($1::uuid[]) ${purpose === 'forOrders' ? 'ORDER BY g.id FOR SHARE OF g, p' : ''}`,
    [[...new Set(releases)]],
  );
  const sources = await loadPinnedSources(tx, rows, purpose);
  return new Map(rows.map((row) => [releaseId(row.id), toMaterial(row, sources.get(row.id) ?? [])]));
}

/** What differs between the orders of one release. */
export interface OrderParts {
  readonly target: TargetId;
  readonly cluster: ClusterId;
  readonly epoch: bigint;
  readonly generation: bigint;
  readonly resolved: ResolvedForCluster;
  readonly approvedPrunes: readonly Digest[];
  /** Where what the agent does belongs; absent: the order is part of no rollout. */
  readonly traceparent?: string;
}

/** The order to run a release. Policy is that of the newest revision: it is no part of a release. */
export function assignmentOrder(application: PlannedApplication, material: OrderMaterial, parts: OrderParts): AssignmentOrder {
  const { spec } = material;
  return {
    kind: 'ASSIGNMENT', hub: application.hub, audience: parts.cluster, target: parts.target, epoch: parts.epoch, generation: parts.generation,
    project: application.project, application: { id: application.id, name: application.name },
    issuedAt: application.now, expiresAt: expiryOf(application),
    release: {
      id: material.id, commit: material.commit, ref: material.ref, sourceDigest: material.sourceDigest, repository: material.repository, ...(material.archive === undefined ? {} : { archive: material.archive }),
      path: spec.source.path, renderer: spec.source.renderer, ...(spec.source.helm === undefined ? {} : { helm: spec.source.helm }), namespace: spec.namespace, substitute: spec.substitute,
      ...(material.sources.length === 0 ? {} : { sources: material.sources }),
    },
    ...parts.resolved, ...policyOf(application.spec, material.policy),
    approvedPrunes: parts.approvedPrunes,
    ...(parts.traceparent === undefined ? {} : { traceparent: parts.traceparent }),
  };
}

/** What orders say of an application beside the release. Its own rules come before those of its project: the first that fits stands. */
export function policyOf({ sync, dependsOn, health: ownHealth = [] }: ApplicationSpec, project: Pick<ProjectPolicy, 'health' | 'ignore'>): Pick<AssignmentOrder, 'sync' | 'dependsOn' | 'health'> {
  const { prune, drift, ignore: ownIgnore = [] } = sync;
  const [health, ignore] = [[...ownHealth, ...project.health], [...ownIgnore, ...project.ignore]];
  return { sync: { prune, drift, ...(ignore.length === 0 ? {} : { ignore }) }, ...(dependsOn === undefined ? {} : { dependsOn }), ...(health.length === 0 ? {} : { health }) };
}

export function expiryOf(application: PlannedApplication): Date {
  return new Date(application.now.getTime() + ORDER_LIFETIME_MS);
}

/** A release knows where its archive lay when it was made. */
function archiveOf({ type, location, spec, id }: Row): OrderedArchive | undefined {
  return orderedArchive(id, type, location, spec.source.chart !== undefined);
}

function toMaterial(row: Row, sources: readonly OrderedFurtherSource[]): OrderMaterial {
  return {
    id: releaseId(row.id), policy: row.policy, commit: row.commit, ref: row.ref, sourceDigest: digestIn(row.source_digest, 'releases.source_digest'), spec: row.spec, archive: archiveOf(row), sources,
    repository: {
      id: repositoryId(row.repository_id), url: row.url,
      credentialDigest: row.credentials_digest === null ? undefined : digestIn(row.credentials_digest, 'repositories.credentials_digest'),
    },
  };
}
