import { writeFile } from 'node:fs/promises';
import { objectKey, objectRefOf, type KubeObject } from '#domain';
import type { JsonObject } from '#kernel';
import { serviceAccountUsername } from './access/user.js';
import type { AuditLog } from './audit/audit-log.js';
import type { ClusterApi } from './http/cluster-api.js';
import type { ClusterFront } from './http/cluster-front.js';
import type { ScriptedRefusal } from './http/scripted-refusals.js';
import type { SandboxHost } from './http/sandbox-host.js';
import type { ControllerLoop } from './lifecycle/controller-loop.js';

/** What a Kubernetes client needs to reach the cluster as its administrator. */
export interface SandboxConnection {
  readonly server: string;
  readonly caPem: string;
  readonly token: string;
}

const TOKEN_MS = 365 * 24 * 3600 * 1000;

/** A running sandbox cluster. Its state lives as long as it does: clients, agents and their connections come and go. */
export class SandboxCluster {
  /** The administrator's way in. */
  readonly connection: SandboxConnection;

  constructor(
    readonly name: string,
    private readonly host: SandboxHost,
    private readonly api: ClusterApi,
    private readonly front: ClusterFront,
    private readonly audit: AuditLog,
    private readonly loop: ControllerLoop,
    adminToken: string,
    private readonly stopHost: () => Promise<void>,
  ) {
    this.connection = { server: host.urlOf(name), caPem: host.caPem, token: adminToken };
  }

  get server(): string {
    return this.connection.server;
  }

  get caPem(): string {
    return this.connection.caPem;
  }

  get adminToken(): string {
    return this.connection.token;
  }

  /**
   * A token of a ServiceAccount, good for a year.
   * @throws when the account is not there: nobody gets rights by a name alone
   */
  tokenFor(namespace: string, serviceAccount: string): string {
    const { store, clock } = this.api.cluster;
    const account = store.get('/serviceaccounts', namespace, serviceAccount);
    if (account === undefined) throw new Error(`no ServiceAccount ${serviceAccountUsername(namespace, serviceAccount)} in cluster ${this.name}`);
    return this.api.tokens.mint({ namespace, name: serviceAccount, uid: account.metadata.uid ?? '', expiresAt: new Date(clock.now().getTime() + TOKEN_MS) });
  }

  /** Writes a kubeconfig (mode 0600) for the administrator, or for the holder of `token`. */
  async writeKubeconfig(path: string, token: string = this.adminToken): Promise<void> {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': this.name,
      clusters: [{ name: this.name, cluster: { server: this.server, 'certificate-authority-data': Buffer.from(this.caPem).toString('base64') } }],
      users: [{ name: this.name, user: { token } }],
      contexts: [{ name: this.name, context: { cluster: this.name, user: this.name } }],
    };
    await writeFile(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  }

  /** Everything that is stored, by `group/Kind/namespace/name`. A view for tests and demos. */
  objects(): ReadonlyMap<string, KubeObject> {
    const { store } = this.api.cluster;
    const all = store.tableNames().flatMap((table) => store.list(table));
    return new Map(all.map((object) => [objectKey(objectRefOf(object)), object]));
  }

  /**
   * Writes a line into the log of a container, as its program would.
   * @throws when the pod is not there
   */
  writeLog(namespace: string, pod: string, container: string, line: string): void {
    const { store, clock, logs } = this.api.cluster;
    const uid = store.get('/pods', namespace, pod)?.metadata.uid;
    if (uid === undefined) throw new Error(`no pod ${namespace}/${pod} in cluster ${this.name}`);
    logs.append(uid, container, line, clock.now().getTime());
  }

  /** How many logs are being followed. */
  get logFollowers(): number {
    return this.api.cluster.logs.followerCount;
  }

  /** The last audit events, oldest first. */
  auditEvents(): readonly JsonObject[] {
    return this.audit.events();
  }

  /** Forgets the history: watches from before now are answered with 410 Expired, as after a compaction. */
  forgetHistory(): void {
    this.api.cluster.store.log.compact();
  }

  /** Refuses the next requests of a kind, as a busy or failing server does. */
  refuse(refusal: ScriptedRefusal): void {
    this.front.refusals.add(refusal);
  }

  /** Cuts the connections on which something is being answered, as a failing network does. */
  dropConnections(): void {
    this.front.dropConnections();
  }

  async stop(): Promise<void> {
    this.host.remove(this.name);
    this.loop.stop();
    this.front.dropConnections();
    await this.stopHost();
    this.audit.close();
  }
}
