/** A cluster that was silent for longer than this is not connected, whatever its last replica thought. */
const SILENCE = `interval '60 seconds'`;

/** Whether the agent of a row of `clusters` is connected. */
export const IS_CONNECTED = `(connected_replica IS NOT NULL AND last_seen_at IS NOT NULL AND last_seen_at > now() - ${SILENCE})`;

/** Its `ConnectionState`. */
export const CONNECTION = `CASE WHEN last_seen_at IS NULL THEN 'NEVER' WHEN ${IS_CONNECTED} THEN 'CONNECTED' ELSE 'DISCONNECTED' END`;
