import { err, ok, type Result } from '#kernel';

/** Where a hub listens for agents. */
export interface HubAddress {
  readonly host: string;
  readonly agentPort: number;
  readonly enrollPort: number;
}

export interface InvalidHubAddress {
  readonly code: 'INVALID_HUB_ADDRESS';
  readonly text: string;
}

const FORMAT = /^([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]+\])(?::(\d{1,5}):(\d{1,5}))?$/;
const DEFAULT_AGENT_PORT = 8443;
const DEFAULT_ENROLL_PORT = 8444;

/** Reads `host` or `host:agentPort:enrollPort`; an IPv6 address stands in brackets. */
export function parseHubAddress(text: string): Result<HubAddress, InvalidHubAddress> {
  const [, host, agentPort = String(DEFAULT_AGENT_PORT), enrollPort = String(DEFAULT_ENROLL_PORT)] = FORMAT.exec(text) ?? [];
  const ports = [Number(agentPort), Number(enrollPort)];
  if (host === undefined || ports.some((port) => port < 1 || port > 65_535)) return err({ code: 'INVALID_HUB_ADDRESS', text: text.slice(0, 100) });
  return ok({ host, agentPort: Number(agentPort), enrollPort: Number(enrollPort) });
}
