import { certificateCredentials, createKubeClient, type KubeClient, type KubeConnection } from '#kube';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditLog } from './audit-log.js';
import { apiRequest, type AdminAccess } from './api-request.js';
import { createClusterPki, type ClusterPki, type PemPair } from './cluster-pki.js';
import { GuardedProcess } from './guarded-process.js';
import type { KubernetesProgram, KubernetesPrograms } from './kubernetes-programs.js';
import { KWOK_STAGES } from './kwok-stages.js';
import { until } from '../until.js';

const START_MS = 120_000;
const SERVICE_RANGE = '10.96.0.0/16';
const SERVICE_IP = '10.96.0.1';
const NODE = 'node-0';

/** Bodies of writes are kept, so that a test can see what was sent; of Secrets and tokens only that it was. */
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', users: ['harness'] },
    { level: 'None', users: ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler', 'kwok'], verbs: ['get', 'list', 'watch'] },
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'], verbs: ['get', 'list', 'watch'] },
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets', 'serviceaccounts/token'] }, { group: 'authentication.k8s.io', resources: ['tokenreviews'] }] },
    { level: 'Request', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    { level: 'Metadata' },
  ],
};

export interface RealClusterRequest {
  readonly name: string;
  readonly directory: string;
  readonly programs: KubernetesPrograms;
  readonly etcdUrl: string;
  readonly apiPort: number;
  readonly kwokPort: number;
}

/** One real control plane (kube-apiserver, kube-controller-manager, kube-scheduler) with one node that kwok plays. */
export class RealCluster {
  readonly server: string;
  readonly connection: KubeConnection;
  /** As `admin` of system:masters. */
  readonly client: KubeClient;
  readonly auditLog: AuditLog;
  /** Path of a kubeconfig for `admin`, with embedded certificates. */
  readonly adminKubeconfig: string;
  readonly #processes = new Map<KubernetesProgram, GuardedProcess>();
  #isStopped = false;

  private constructor(
    private readonly request: RealClusterRequest,
    private readonly pki: ClusterPki,
    admin: PemPair,
    private readonly harness: AdminAccess,
  ) {
    this.server = harness.server;
    this.connection = { server: harness.server, caPem: pki.caPem, credentials: certificateCredentials(admin) };
    this.client = createKubeClient(this.connection, { userAgent: 'contract-suite' });
    this.auditLog = new AuditLog(join(request.directory, 'audit.log'));
    this.adminKubeconfig = join(request.directory, 'admin.kubeconfig');
  }

  static async create(request: RealClusterRequest): Promise<RealCluster> {
    const pki = await createClusterPki(SERVICE_IP);
    const admin = await pki.client('admin', ['system:masters']);
    const server = `https://127.0.0.1:${request.apiPort}`;
    const cluster = new RealCluster(request, pki, admin, { server, caPem: pki.caPem, ...(await pki.client('harness', ['system:masters'])) });
    await mkdir(request.directory, { recursive: true });
    const files: Readonly<Record<string, string>> = {
      'ca.pem': pki.caPem,
      'server.pem': pki.server.cert,
      'server.key': pki.server.key,
      'sa.pub': pki.serviceAccountKeys.publicPem,
      'sa.key': pki.serviceAccountKeys.privatePem,
      'audit-policy.json': JSON.stringify(AUDIT_POLICY),
      'kwok.yaml': KWOK_STAGES,
      'audit.log': '',
      'admin.kubeconfig': cluster.#kubeconfig('admin', admin),
      'kube-controller-manager.kubeconfig': cluster.#kubeconfig('system:kube-controller-manager', await pki.client('system:kube-controller-manager', [])),
      'kube-scheduler.kubeconfig': cluster.#kubeconfig('system:kube-scheduler', await pki.client('system:kube-scheduler', [])),
      'kwok.kubeconfig': cluster.#kubeconfig('kwok', await pki.client('kwok', ['system:masters'])),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(request.directory, name), content, { mode: 0o600 });
    return cluster;
  }

  get name(): string {
    return this.request.name;
  }

  get caPem(): string {
    return this.pki.caPem;
  }

  /** Until pods can be scheduled. */
  async start(): Promise<void> {
    await this.startApiServer();
    this.#run('kube-controller-manager', [
      `--kubeconfig=${this.#file('kube-controller-manager.kubeconfig')}`, '--leader-elect=false', '--secure-port=0', '--controllers=*,-cloud-node-lifecycle-controller,-node-ipam-controller,-node-route-controller,-service-lb-controller',
      `--service-account-private-key-file=${this.#file('sa.key')}`, `--root-ca-file=${this.#file('ca.pem')}`, '--kube-api-qps=200', '--kube-api-burst=400', '--node-monitor-period=500ms', '--horizontal-pod-autoscaler-sync-period=1s', '--use-service-account-credentials=true',
    ]);
    this.#run('kube-scheduler', [`--kubeconfig=${this.#file('kube-scheduler.kubeconfig')}`, '--leader-elect=false', '--secure-port=0']);
    this.#run('kwok', [`--kubeconfig=${this.#file('kwok.kubeconfig')}`, `--config=${this.#file('kwok.yaml')}`, '--manage-all-nodes=true', '--node-lease-duration-seconds=40', `--server-address=127.0.0.1:${this.request.kwokPort}`]);
    await apiRequest(this.harness, 'POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux' } } });
    await until(`${this.name}: the node takes pods and the default ServiceAccount is there`, START_MS, async () => {
      this.#failIfDead();
      const node: { readonly spec?: { readonly taints?: readonly unknown[] }; readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } } = JSON.parse((await apiRequest(this.harness, 'GET', `/api/v1/nodes/${NODE}`)).body);
      const account = await apiRequest(this.harness, 'GET', '/api/v1/namespaces/default/serviceaccounts/default');
      const isReady = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true && (node.spec?.taints ?? []).length === 0;
      return isReady && account.status === 200 ? true : undefined;
    }, () => this.#logs());
  }

  /** Starts (again) on the same port with the same data; resolves when /readyz says so. */
  async startApiServer(): Promise<void> {
    const { etcdUrl, apiPort, name } = this.request;
    this.#run('kube-apiserver', [
      `--etcd-servers=${etcdUrl}`, `--etcd-prefix=/${name}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${apiPort}`, '--endpoint-reconciler-type=none',
      `--tls-cert-file=${this.#file('server.pem')}`, `--tls-private-key-file=${this.#file('server.key')}`, `--client-ca-file=${this.#file('ca.pem')}`, `--cert-dir=${this.request.directory}`,
      '--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${this.#file('sa.pub')}`, `--service-account-signing-key-file=${this.#file('sa.key')}`,
      `--service-cluster-ip-range=${SERVICE_RANGE}`, '--authorization-mode=RBAC', '--allow-privileged=true',
      `--audit-log-path=${this.#file('audit.log')}`, `--audit-policy-file=${this.#file('audit-policy.json')}`, '--audit-log-mode=blocking-strict',
    ]);
    await until(`${name}: kube-apiserver is ready`, START_MS, async () => {
      this.#failIfDead();
      const ready = await apiRequest(this.harness, 'GET', '/readyz').catch(() => undefined);
      return ready?.status === 200 ? true : undefined;
    }, () => this.#logs());
  }

  /** The API is gone, as by a crash; controllers and node go on trying. */
  async stopApiServer(): Promise<void> {
    await this.#kill('kube-apiserver');
  }

  async restartApiServer(): Promise<void> {
    await this.stopApiServer();
    await this.startApiServer();
  }

  /** Starts the API server anew with an etcd that has forgotten everything before now: no watch and no page can go on from earlier. */
  async forgetHistory(): Promise<void> {
    await this.restartApiServer();
    const { header } = await this.#etcd('/v3/kv/range', { key: Buffer.from('/').toString('base64'), limit: 1 });
    await this.#etcd('/v3/kv/compaction', { revision: header.revision, physical: true });
  }

  /** A token of an existing ServiceAccount. */
  async tokenFor(namespace: string, serviceAccount: string, expirationSeconds = 3600): Promise<string> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } };
    const answer = await apiRequest(this.harness, 'POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`, body);
    if (answer.status !== 201) throw new Error(`no token for ${namespace}/${serviceAccount}: HTTP ${answer.status}`);
    const request: { readonly status: { readonly token: string } } = JSON.parse(answer.body);
    return request.status.token;
  }

  /** Also while it starts: `start` rejects then. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.client.close();
    await Promise.all([...this.#processes.keys()].map((program) => this.#kill(program)));
  }

  #run(program: KubernetesProgram, args: readonly string[]): void {
    if (this.#isStopped) throw new Error(`${this.name} was stopped`);
    if (this.#processes.has(program)) throw new Error(`${this.name}: ${program} runs already`);
    const { directory, programs } = this.request;
    this.#processes.set(program, new GuardedProcess({ name: `${this.name} ${program}`, file: programs[program], args, cwd: directory, logPath: join(directory, `${program}.log`) }));
  }

  async #kill(program: KubernetesProgram): Promise<void> {
    await this.#processes.get(program)?.kill();
    this.#processes.delete(program);
  }

  async #etcd(path: string, body: unknown): Promise<{ readonly header: { readonly revision: string } }> {
    const answer = await fetch(`${this.request.etcdUrl}${path}`, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(START_MS) });
    if (!answer.ok) throw new Error(`etcd ${path}: HTTP ${answer.status}`);
    const parsed: { readonly header: { readonly revision: string } } = JSON.parse(await answer.text());
    return parsed;
  }

  #failIfDead(): void {
    if (this.#isStopped) throw new Error(`${this.name} was stopped`);
    for (const running of this.#processes.values()) if (!running.isRunning) throw new Error(`ended at once: ${running.logTail()}`);
  }

  #logs(): string {
    return [...this.#processes.values()].map((running) => running.logTail()).join('\n');
  }

  #file(name: string): string {
    return join(this.request.directory, name);
  }

  #kubeconfig(user: string, pair: PemPair): string {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: this.name, cluster: { server: this.server, 'certificate-authority-data': base64(this.pki.caPem) } }],
      // so named that kubeconfigs of several clusters can be merged
      users: [{ name: `${this.name}-${user}`, user: { 'client-certificate-data': base64(pair.cert), 'client-key-data': base64(pair.key) } }],
      contexts: [{ name: this.name, context: { cluster: this.name, user: `${this.name}-${user}` } }],
      'current-context': this.name,
    });
  }
}
