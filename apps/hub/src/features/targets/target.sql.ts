/** No column of the target is compared inside, so that it is found out once for a whole list. */
const HUB_BEHIND = 't.cluster_id IN (SELECT k.id FROM clusters k CROSS JOIN hub_identity i WHERE k.ahead_epoch >= i.epoch)';

/**
 * What a row shows as its sync state: `describeTargetState` in SQL, so that filters and counts need not read every row. Kept honest by a test
 * that compares the two.
 */
export const SYNC = `
  CASE
    WHEN t.state = 'REMOVED' OR (t.state = 'REMOVING' AND b.acknowledged_at IS NOT NULL) THEN 'REMOVED'
    WHEN t.state = 'REMOVING' THEN
      CASE WHEN s.reported_at IS NOT NULL AND (s.epoch, s.generation) >= (coalesce(b.order_epoch, t.order_epoch, 0), b.generation) AND s.sync <> 'REMOVED' THEN s.sync ELSE 'REMOVING' END
    WHEN t.assigned_release_id IS NOT NULL AND ${HUB_BEHIND} THEN 'KEPT_LAST_GOOD'
    WHEN t.blocked_reason IS NOT NULL THEN CASE WHEN t.assigned_release_id IS NULL THEN 'FAILED' ELSE 'KEPT_LAST_GOOD' END
    WHEN t.assigned_release_id IS NULL THEN 'PENDING'
    WHEN s.reported_at IS NULL OR (s.epoch, s.generation) < (coalesce(t.order_epoch, 0), t.generation) THEN
      CASE WHEN (s.refused_epoch, s.refused_generation) = (coalesce(t.order_epoch, 0), t.generation) THEN CASE WHEN s.reported_at IS NULL OR s.release_id IS NULL THEN 'FAILED' ELSE 'KEPT_LAST_GOOD' END
      ELSE 'PENDING' END
    ELSE s.sync
  END`;

export const HEALTH = `CASE WHEN t.state = 'REMOVED' OR (t.state = 'REMOVING' AND b.acknowledged_at IS NOT NULL) OR s.reported_at IS NULL THEN 'UNKNOWN' ELSE s.health END`;

/** The tombstone that stands, of a target that has one. */
const TOMBSTONE = `
  LEFT JOIN LATERAL (SELECT mode, cause, generation, order_epoch, created_at, acknowledged_at FROM tombstones WHERE target_id = t.id ORDER BY created_at DESC, id DESC LIMIT 1) b ON t.state <> 'ACTIVE'`;

export const COUNTED = `FROM targets t JOIN target_status s ON s.target_id = t.id ${TOMBSTONE}`;

export const SELECT_TARGETS = `
  SELECT t.project_id, t.id, t.application_id, t.cluster_id, t.state, t.fact_mismatch, ${HUB_BEHIND} AS hub_behind, t.assigned_release_id, t.parameters, t.generation, t.order_epoch, t.blocked_reason, t.blocked_message, t.hold_at, t.hold_by, t.hold_reason,
    t.assigned_at, t.created_at, p.name AS project, a.name AS application, c.name AS cluster,
    b.mode AS removal_mode, b.cause AS removal_cause, b.generation AS removal_generation, b.order_epoch AS removal_epoch, b.created_at AS removal_at, b.acknowledged_at,
    s.epoch AS observed_epoch, s.generation AS observed_generation, s.release_id, s.commit, s.render_digest, s.sync, s.reason, s.message, s.health, s.health_message, s.object_count,
    s.healed_count, s.detail, s.refused_epoch, s.refused_generation, s.refused_reason, s.refused_message, s.sync_since, s.observed_at, s.reported_at, r.phase AS rollout_phase, r.state AS rollout_state
  ${COUNTED} JOIN applications a ON a.id = t.application_id JOIN clusters c ON c.id = t.cluster_id JOIN projects p ON p.id = t.project_id
  LEFT JOIN LATERAL (
    SELECT o.state AS phase, r.state FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.target_id = t.id ORDER BY o.number DESC LIMIT 1) r ON t.state = 'ACTIVE'`;
