import { applicationId, mergePeople, UNKNOWN_PEOPLE, releaseId, repositoryId, type ApplicationId, type CommitPeople, type ProjectId, type PromotionSpec, type PromotionState, type ReleaseId, type RepositoryId, type RepositoryType } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/** A promotion as its rows are, and what a commit for it needs. */
export interface LoadedPromotion {
  readonly application: ApplicationId;
  readonly project: ProjectId;
  readonly names: { readonly project: string; readonly application: string };
  readonly spec: PromotionSpec;
  readonly state: PromotionState;
  readonly release: { readonly id: ReleaseId; readonly number: number; readonly commit: string; readonly path: string } | undefined;
  /** The application that it comes from. */
  readonly upstream: string | undefined;
  readonly repository: RepositoryId;
  readonly branch: string;
  readonly path: string;
  /** Of the database. */
  readonly now: Date;
  /** The write of the release, if there is one. */
  readonly write: string | undefined;
}

interface Row {
  readonly id: string; readonly project_id: ProjectId; readonly project: string; readonly name: string; readonly spec: PromotionSpec; readonly path: string; readonly full_ref: string | null;
  readonly repository_id: string; readonly type: RepositoryType; readonly may_write: boolean; readonly is_held: boolean; readonly promoted: number | null; readonly write_id: string | null; readonly now: Date;
  readonly upstream_id: string | null; readonly upstream_repository: string | null; readonly release_id: string | null; readonly number: number | null; readonly commit: string | null; readonly release_path: string | null;
  readonly release_ref: string | null; readonly has_succeeded: boolean; readonly origins: NonNullable<PromotionState['upstream']>['origins'];
}

interface TargetRow {
  readonly name: string;
  readonly is_held: boolean;
  readonly well_since: Date | null;
}

/** Chains are refused when they are circles; the bound is for what nobody has foreseen. */
const LONGEST_CHAIN = 100;
/** What the application that is promoted from gets its content from itself, and so on, within the repository. */
const ORIGINS = `
  WITH RECURSIVE chain AS (
    SELECT 0 AS step, NULL::uuid AS repository_id, jsonb_build_object('promoteFrom', jsonb_build_object('application', u.name)) AS spec
    UNION ALL
    SELECT c.step + 1, x.repository_id, y.spec FROM chain c JOIN applications x ON x.project_id = a.project_id AND x.name = c.spec -> 'promoteFrom' ->> 'application' AND x.state = 'ACTIVE'
      JOIN application_revisions y ON y.id = x.current_revision_id WHERE c.step < ${LONGEST_CHAIN})
  SELECT coalesce(jsonb_agg(jsonb_build_object('path', c.spec -> 'source' ->> 'path', 'fullRef', f.full_ref)), '[]') FROM chain c
  LEFT JOIN repository_refs f ON f.repository_id = c.repository_id AND f.ref = c.spec -> 'source' ->> 'ref' WHERE c.step > 1 AND c.repository_id = r.id`;
/** What counts as promoted: what was written or is to be, and what failed too, since that waits for a person. What gave way to a rollback is over as well. */
const HEADS = `
  SELECT a.id, a.project_id, p.name AS project, a.name, v.spec -> 'promoteFrom' AS spec, v.spec -> 'source' ->> 'path' AS path, k.full_ref, r.id AS repository_id, r.type,
    r.write_credentials_encrypted IS NOT NULL AS may_write, now() AS now,
    EXISTS (SELECT 1 FROM targets t WHERE t.application_id = a.id AND t.state = 'ACTIVE' AND t.hold_at IS NOT NULL) AS is_held,
    (SELECT max(w_l.number) FROM git_writes w JOIN releases w_l ON w_l.id = w.release_id WHERE w.application_id = a.id AND w.kind = 'PROMOTION' AND w_l.application_id = u.id) AS promoted,
    (SELECT w.id FROM git_writes w WHERE w.application_id = a.id AND w.kind = 'PROMOTION' AND w.release_id = u.current_release_id) AS write_id,
    u.id AS upstream_id, u.repository_id AS upstream_repository, l.id AS release_id, l.number, l.commit, lv.spec -> 'source' ->> 'path' AS release_path, l.full_ref AS release_ref,
    coalesce((SELECT o.release_id = l.id AND o.state = 'SUCCEEDED' FROM rollouts o WHERE o.application_id = u.id AND o.cause IN ('RELEASE', 'SYNC') ORDER BY o.number DESC LIMIT 1), false) AS has_succeeded,
    (${ORIGINS}) AS origins
  FROM applications a JOIN projects p ON p.id = a.project_id JOIN application_revisions v ON v.id = a.current_revision_id JOIN repositories r ON r.id = a.repository_id
  LEFT JOIN repository_refs k ON k.repository_id = r.id AND k.ref = v.spec -> 'source' ->> 'ref'
  LEFT JOIN applications u ON u.project_id = a.project_id AND u.name = v.spec -> 'promoteFrom' ->> 'application' AND u.state = 'ACTIVE'
  LEFT JOIN releases l ON l.id = u.current_release_id LEFT JOIN application_revisions lv ON lv.id = l.revision_id
  WHERE a.id = ANY($1::uuid[]) AND v.spec ? 'promoteFrom'`;
/** Well since it was found healthy with this release in its rollout, and since its health last changed. */
const TARGETS = `
  SELECT c.name, t.hold_at IS NOT NULL AS is_held,
    CASE WHEN t.assigned_release_id = $2 AND s.release_id = $2 AND s.generation = t.generation AND s.health = 'HEALTHY' AND s.sync IN ('SYNCED', 'DRIFTED') THEN greatest(s.health_since, done.at) END AS well_since
  FROM targets t JOIN clusters c ON c.id = t.cluster_id LEFT JOIN target_status s ON s.target_id = t.id
  LEFT JOIN LATERAL (
    SELECT max(x.finished_at) AS at FROM rollout_targets x JOIN rollouts o ON o.id = x.rollout_id WHERE x.target_id = t.id AND x.state = 'HEALTHY' AND coalesce(x.to_release_id, o.release_id) = $2) done ON true
  WHERE t.application_id = $1 AND t.state = 'ACTIVE' ORDER BY c.name`;
const WITH_PROMOTION = `SELECT a.id FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id WHERE a.state = 'ACTIVE' AND v.spec ? 'promoteFrom' ORDER BY a.id`;

/** Applications that get their content from another one. Inside a transaction. */
export async function applicationsPromotedTo(tx: TransactionContext): Promise<readonly ApplicationId[]> {
  return (await tx.query<{ readonly id: string }>(WITH_PROMOTION)).map(({ id }) => applicationId(id));
}

/** Those who wrote what is carried: of all releases since the last one that was promoted; what is not known of one is not known of all. Inside a transaction. */
export async function peopleOf(tx: TransactionContext, { upstream, release, state }: LoadedPromotion): Promise<CommitPeople> {
  const rows = await tx.query<{ readonly people: CommitPeople | null }>('SELECT people FROM releases WHERE application_id = $1 AND number > $2 AND number <= $3 ORDER BY number DESC', [
    upstream ?? null, state.downstream.promoted ?? 0, release?.number ?? 0,
  ]);
  return mergePeople(rows.map(({ people }) => people ?? UNKNOWN_PEOPLE));
}

/** Their promotions, those that have one. Inside a transaction. */
export async function loadPromotions(tx: TransactionContext, ids: readonly string[]): Promise<readonly LoadedPromotion[]> {
  const loaded: LoadedPromotion[] = [];
  for (const row of await tx.query<Row>(HEADS, [ids])) {
    const isOpen = row.upstream_id !== null && row.release_id !== null && row.write_id === null; // what is promoted needs no proof any more
    loaded.push(toPromotion(row, isOpen ? await tx.query<TargetRow>(TARGETS, [row.upstream_id, row.release_id]) : []));
  }
  return loaded;
}

function toPromotion(row: Row, targets: readonly TargetRow[]): LoadedPromotion {
  const { release_id: id, number, commit, release_path: path } = row;
  const release = id === null || number === null || commit === null || path === null ? undefined : { id: releaseId(id), number, commit, path };
  return {
    application: applicationId(row.id), project: row.project_id, names: { project: row.project, application: row.name }, spec: row.spec, release, upstream: row.upstream_id ?? undefined, repository: repositoryId(row.repository_id),
    branch: (row.full_ref ?? '').replace(/^refs\/heads\//, ''), path: row.path, now: row.now, write: row.write_id ?? undefined,
    state: {
      soakMs: row.spec.soakMs,
      upstream: row.upstream_id === null || row.upstream_repository === null ? undefined : {
        repository: repositoryId(row.upstream_repository), hasSucceeded: row.has_succeeded, origins: row.origins, release: release && { ...release, fullRef: row.release_ref ?? undefined },
        targets: targets.map((target) => ({ name: target.name, isHeld: target.is_held, wellSince: target.well_since ?? undefined })),
      },
      downstream: {
        repository: { id: repositoryId(row.repository_id), type: row.type, hasWriteCredentials: row.may_write }, fullRef: row.full_ref ?? undefined, path: row.path, hasHeldTargets: row.is_held,
        promoted: row.promoted ?? undefined,
      },
    },
  };
}
