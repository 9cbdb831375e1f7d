import type { HubConfig } from './config.js';

/** What the hub needs from the machine, by the variable that says it. */
type Settings = Pick<HubConfig, 'dataDir' | 'listenHost' | 'httpPort' | 'agentPort' | 'enrollPort'>;

/**
 * One line for what the machine refuses at the start: a port that is taken or not allowed, a data directory that cannot be made or written.
 * Undefined for every other failure, which keeps its stack.
 */
export function explainStartFailure(error: unknown, settings: Settings): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, code = '', place = ''] = /listen (E[A-Z]+): .*?([^\s\]]+:\d+)/.exec(error.message) ?? [];
  if (code !== '') return `${variableOf(Number(place.split(':').at(-1)), settings)}: cannot listen on ${place} (${code}): ${code === 'EADDRINUSE' ? 'something listens there already' : 'the system does not allow it'}`;
  if (!('code' in error) || !('path' in error) || typeof error.path !== 'string' || !error.path.startsWith(settings.dataDir)) return undefined;
  return `CAPSTAN_DATA_DIR: ${settings.dataDir} cannot be used (${String(error.code)}): give a directory that the hub may write`;
}

function variableOf(port: number, { httpPort, agentPort, enrollPort }: Settings): string {
  if (port === httpPort) return 'CAPSTAN_HTTP_PORT';
  if (port === agentPort) return 'CAPSTAN_AGENT_PORT';
  return port === enrollPort ? 'CAPSTAN_ENROLL_PORT' : 'CAPSTAN_LISTEN_HOST';
}
