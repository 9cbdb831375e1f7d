import { until } from '#testing';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './program.js';
import type { StagePostgres } from './stage-postgres.js';

const READY_MS = 45_000;

export interface HubRequest {
  readonly root: string;
  readonly directory: string;
  readonly postgres: Pick<StagePostgres, 'appUrl' | 'ownerUrl'>;
  readonly ports: { readonly http: number; readonly agent: number; readonly enroll: number };
  /** Of a replica beside others. @default 'hub' */
  readonly name?: string;
}

/** The hub as an operator runs it: one process, its own database, keys in files. */
export class HubProcess extends Program {
  readonly url: string;
  readonly token: string;

  private constructor(request: HubRequest, token: string) {
    const { root, directory, postgres, ports, name = 'hub' } = request;
    super({
      name,
      args: [join(root, 'dist/apps/hub/src/main.js')],
      directory,
      logPath: join(directory, `${name}.log`),
      env: {
        DATABASE_URL: postgres.appUrl,
        CAPSTAN_MIGRATE_DATABASE_URL: postgres.ownerUrl,
        CAPSTAN_DATA_DIR: join(directory, name),
        CAPSTAN_MASTER_KEY_FILE: join(directory, 'master.key'),
        CAPSTAN_SIGNING_KEY_FILE: join(directory, 'signing.pem'),
        CAPSTAN_LISTEN_HOST: '127.0.0.1',
        CAPSTAN_HTTP_PORT: String(ports.http),
        CAPSTAN_AGENT_PORT: String(ports.agent),
        CAPSTAN_ENROLL_PORT: String(ports.enroll),
        CAPSTAN_ADMIN_TOKEN: token,
        CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS: 'localhost',
        CAPSTAN_ALLOW_PRIVATE_VALIDATOR_HOSTS: '127.0.0.1',
      },
    });
    this.url = `http://127.0.0.1:${ports.http}`;
    this.token = token;
  }

  static create(request: HubRequest): HubProcess {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(request.directory, 'master.key'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    writeFileSync(join(request.directory, 'signing.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return new HubProcess(request, `cap_${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`);
  }

  /** Another replica: the same database, keys and token, ports and a name of its own. */
  static replicaOf(hub: HubProcess, request: HubRequest): HubProcess {
    return new HubProcess(request, hub.token);
  }

  /** Starts (again) and waits until /readyz says yes. */
  async startReady(): Promise<void> {
    this.start();
    await this.untilReady();
  }

  async untilReady(): Promise<void> {
    await until('the hub is ready', READY_MS, async () => {
      if (!this.isRunning) throw new Error(`the hub ended\n${this.lastWords()}`);
      return (await this.isReady()) ? true : undefined;
    }, () => this.lastWords());
  }

  async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
    } catch {
      return false; // not listening yet: `until` has the deadline
    }
  }
}
