/** Version of the hub, as it tells agents and /metrics. */
export const HUB_VERSION = '0.1.0';
