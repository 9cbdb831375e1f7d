import { until } from '#testing';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Child } from './child.js';
import { HubApi } from './hub-api.js';

export interface StageHub {
  readonly api: HubApi;
  readonly child: Child;
  readonly agentPort: number;
  readonly enrollPort: number;
  /** Its data directory: keys, the embedded PostgreSQL. */
  readonly dataDirectory: string;
}

/** Where a hub listens. */
export interface HubPorts {
  readonly http: number;
  readonly agent: number;
  readonly enroll: number;
}

export interface HubRequest {
  readonly directory: string;
  /** Where the built tree is. */
  readonly root: string;
  readonly ports: HubPorts;
  /** Told of the process at once: it has to be stopped also when the hub never becomes ready. */
  readonly started: (child: Child) => void;
  /** Beyond those of a stage. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Starts a hub with its embedded PostgreSQL in `directory` and waits until it is ready. */
export async function startHub({ directory, root, ports, started, settings }: HubRequest): Promise<StageHub> {
  const { http, agent: agentPort, enroll: enrollPort } = ports;
  const token = `cap_${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`;
  const dataDirectory = join(directory, 'hub');
  const child = Child.start({
    name: 'hub',
    args: ['--enable-source-maps', join(root, 'dist/apps/hub/src/main.js')],
    logFile: join(directory, 'hub.log'),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      CAPSTAN_DATA_DIR: dataDirectory,
      CAPSTAN_LISTEN_HOST: '127.0.0.1',
      CAPSTAN_HTTP_PORT: String(http),
      CAPSTAN_AGENT_PORT: String(agentPort),
      CAPSTAN_ENROLL_PORT: String(enrollPort),
      CAPSTAN_ADMIN_TOKEN: token,
      CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS: 'localhost',
      ...settings,
    },
  });
  started(child);
  const url = `http://localhost:${http}`;
  try {
    await until('the hub is ready', 40_000, async () => {
      if (child.hasEnded) throw new Error('the hub ended');
      return (await isReady(url)) ? true : undefined;
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${await child.lastWords()}`, { cause: error });
  }
  return { api: new HubApi(url, token), child, agentPort, enrollPort, dataDirectory };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false; // not listening yet: `until` has the deadline
  }
}
