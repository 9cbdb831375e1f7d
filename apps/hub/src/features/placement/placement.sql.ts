import { UNFINISHED_ROLLOUT_STATES } from '#domain';

/** One notification for each application, in one statement. $1: ids. */
export const NOTIFY_APPLICATIONS = `SELECT pg_notify('application_changed', id) FROM unnest($1::text[]) AS id`;

/**
 * New targets, and removed ones that come back: these keep their id, and what the agent said last keeps its version, so that an older
 * report never counts for the new life. A hold ends with the former life: it held what ran there, and nothing runs. $1 projects, $2 new ids, $3 applications, $4 clusters, $5 ids of transitions.
 */
export const CREATE_TARGETS = `
  WITH wanted AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[]) AS w (project_id, id, application_id, cluster_id, transition_id)),
  made AS (
    INSERT INTO targets (project_id, id, application_id, cluster_id) SELECT project_id, id, application_id, cluster_id FROM wanted ORDER BY cluster_id, application_id
    ON CONFLICT (application_id, cluster_id) DO UPDATE SET state = 'ACTIVE', rematch = false, fact_mismatch = false, assigned_release_id = NULL, parameters = '{}', parameters_digest = NULL,
      approved_prunes = '{}', order_stale = false, order_bytes = NULL, order_key_id = NULL, order_signature = NULL, order_type = NULL, order_digest = NULL, order_expires_at = NULL,
      order_epoch = NULL, reissue_requested_at = NULL, blocked_reason = NULL, blocked_message = NULL, assigned_at = NULL,
      hold_at = NULL, hold_by = NULL, hold_reason = NULL, hold_rollout_id = NULL, version = targets.version + 1
      WHERE targets.state = 'REMOVED'
    RETURNING project_id, id, application_id, cluster_id, generation),
  statuses AS (
    INSERT INTO target_status (target_id, cluster_id) SELECT id, cluster_id FROM made
    ON CONFLICT (target_id) DO UPDATE SET release_id = NULL, commit = NULL, render_digest = NULL, sync = 'PENDING', reason = 'WAITING_FOR_ROLLOUT', message = '', health = 'UNKNOWN',
      health_message = '', object_count = 0, healed_count = 0, detail = '{}', sync_since = now(), health_since = now(), observed_at = NULL, reported_at = NULL),
  -- A row of its former life in a rollout that still runs says nothing about the new one.
  former AS (
    UPDATE rollout_targets r SET state = 'SKIPPED', reason = 'REMOVING', finished_at = coalesce(r.finished_at, now()) FROM made m, rollouts o
    WHERE r.target_id = m.id AND o.id = r.rollout_id AND o.state IN ('${UNFINISHED_ROLLOUT_STATES.join("', '")}') AND r.state <> 'SKIPPED'),
  told AS (
    INSERT INTO target_transitions (id, project_id, target_id, kind, generation, sync, reason)
    SELECT w.transition_id, m.project_id, m.id, 'CREATED', m.generation, 'PENDING', 'WAITING_FOR_ROLLOUT' FROM made m JOIN wanted w ON w.application_id = m.application_id AND w.cluster_id = m.cluster_id)
  SELECT pg_notify('target_changed', id::text) FROM made`;

/**
 * Tombstones of active targets. They have no signature yet; the generation only keeps older reports from acknowledging them, the planner
 * gives the one that is sent. Clusters are locked first and in order, as everywhere. What no agent can hold (never ordered, or no agent has
 * ever joined) is removed at once. $1 targets, $2 modes, $3 tombstone ids, $4 transition ids, $5 cause.
 */
export const TOMBSTONE_TARGETS = `
  WITH wanted AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) AS w (target_id, mode, id, transition_id)),
  locked AS MATERIALIZED (
    SELECT c.id, c.state FROM clusters c WHERE c.id IN (SELECT t.cluster_id FROM targets t JOIN wanted w ON w.target_id = t.id) ORDER BY c.id FOR NO KEY UPDATE),
  bumped AS (UPDATE clusters c SET desired_seq = c.desired_seq + 1 FROM locked l WHERE c.id = l.id RETURNING c.id, c.desired_seq, l.state),
  moved AS (
    UPDATE targets t SET state = CASE WHEN t.order_bytes IS NULL OR b.state = 'PENDING' THEN 'REMOVED' ELSE 'REMOVING' END, rematch = false, version = t.version + 1
    FROM wanted w, bumped b WHERE t.id = w.target_id AND b.id = t.cluster_id AND t.state = 'ACTIVE'
    RETURNING t.project_id, t.id, t.application_id, t.cluster_id, t.state, t.order_epoch, w.mode, w.id AS tombstone_id, w.transition_id, b.desired_seq),
  written AS (
    INSERT INTO tombstones (project_id, id, target_id, application_id, cluster_id, mode, cause, generation, acknowledged_at)
    SELECT project_id, tombstone_id, id, application_id, cluster_id, mode, $5, desired_seq, CASE WHEN state = 'REMOVED' THEN now() END FROM moved),
  told AS (
    INSERT INTO target_transitions (id, project_id, target_id, kind, generation, epoch, sync, reason, message, cause)
    SELECT transition_id, project_id, id, 'TOMBSTONED', desired_seq, order_epoch, state, state, mode, $5 FROM moved),
  notified AS (SELECT pg_notify('target_changed', id::text) FROM moved)
  SELECT DISTINCT application_id FROM moved, (SELECT count(*) FROM notified) n`;

/** Whether the facts of the cluster still match, where that has changed. $1 targets where they do not, $2 where they do, $3 an id of a transition for each of both. */
export const FLAG_FACTS = `
  WITH changed AS (
    UPDATE targets t SET fact_mismatch = (t.id = ANY($1::uuid[])) FROM unnest($1::uuid[] || $2::uuid[], $3::uuid[]) AS w (id, transition_id)
    WHERE t.id = w.id AND t.state = 'ACTIVE' AND t.fact_mismatch <> (t.id = ANY($1::uuid[])) RETURNING t.project_id, t.id, t.generation, t.fact_mismatch, w.transition_id),
  told AS (
    INSERT INTO target_transitions (id, project_id, target_id, kind, generation)
    SELECT transition_id, project_id, id, CASE WHEN fact_mismatch THEN 'FACTS_DIFFER' ELSE 'FACTS_AGREE' END, generation FROM changed)
  SELECT id FROM changed`;
