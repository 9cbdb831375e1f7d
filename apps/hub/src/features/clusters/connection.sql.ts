/** A cluster that was silent for longer than this is not connected, whatever its last replica thought. */
const SILENCE = `interval '60 seconds'`;

/** Whether the agent of a row of `clusters` is connected. */
export const IS_CONNECTED = `(connected_replica IS NOT NULL AND last_seen_at IS NOT NULL AND last_seen_at > now() - ${SILENCE})`;

/** Whether the agent of a row `c` of `clusters` counts as away since a moment ago for its silence alone, as when its replica was killed: no row changes then. */
export const JUST_FELL_SILENT = `(c.connected_replica IS NOT NULL AND c.last_seen_at <= now() - ${SILENCE} AND c.last_seen_at > now() - ${SILENCE} - interval '20 seconds')`;

/** Its `ConnectionState`. */
export const CONNECTION = `CASE WHEN last_seen_at IS NULL THEN 'NEVER' WHEN ${IS_CONNECTED} THEN 'CONNECTED' ELSE 'DISCONNECTED' END`;
