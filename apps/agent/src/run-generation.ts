import { backoffMs, ok, type Clock, type Failpoints, type Log, type MonotonicClock, type Random, type Result, type Timers, type Tracer } from '#kernel';
import type { KubeClient, KubeFailure } from '#kube';
import type { AgentFailure } from './agent-failure.js';
import { openCel } from './cel/index.js';
import type { AgentConfig } from './config.js';
import { EnrolledState } from './enrolled-state.js';
import { ClusterFacts } from './facts/index.js';
import type { HeldLease } from './lease/index.js';
import { NO_PROMETHEUS, Prometheus, type MetricSource } from './metrics/index.js';
import { RECONCILE_DEFAULTS, type Cluster } from './reconcile/agent.ports.js';
import { createReconciler } from './reconcile/create-reconciler.js';
import { openEdgePolicy, SessionLoop, type ReportSink } from './session/index.js';
import { openSource } from './source/index.js';
import { ContentSecrets, CredentialSecrets, IdentitySecret, InventorySecrets, OrderSecrets, StateSecrets, TestSecrets } from './state/index.js';
import { AGENT_VERSION } from './version.js';

export interface GenerationDeps {
  readonly config: AgentConfig;
  readonly own: KubeClient;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly tracer: Tracer;
  readonly failpoints: Failpoints;
  readonly log: Log;
  readonly renderProcess: string;
  readonly fail: (failure: AgentFailure) => void;
}

const RETRY = { baseMs: 500, maxMs: 30_000 };

/**
 * The life of the agent under one hold of the lease: durable state, the reconciler over it, the session with the hub. Everything in it is
 * made anew when the lease comes back, so that nothing remembered from before is built upon. Resolves when all of it has ended.
 */
export async function runGeneration(lease: HeldLease, deps: GenerationDeps, leaving: AbortSignal): Promise<void> {
  const { config, own, clock, monotonic, timers, random, tracer, failpoints, log } = deps;
  const over = AbortSignal.any([leaving, lease.lost]);
  const reserved = { namespace: config.namespace, partOf: 'capstan-agent' };
  const applier = own.impersonate(`system:serviceaccount:${config.namespace}:${config.applyServiceAccount}`);
  const cluster: Cluster = { own, applier, reserved };
  const secrets = new StateSecrets(own, config.namespace, lease);
  const credentials = new CredentialSecrets(secrets);
  const content = new ContentSecrets({ secrets, failpoints, log });
  const inventory = new InventorySecrets({ secrets, fence: lease, failpoints, log });
  const opened = openSource(sourceSettings(config, deps.renderProcess), credentials, reserved, { timers, monotonic, log, cluster: own }, over);
  const cel = openCel({ timers, monotonic });
  const metrics = metricSource(config, timers);
  const facts = new ClusterFacts(own, { timers, random, log });
  const orders = new OrderSecrets(secrets, () => state.signingKeys());
  const reports: ReportSink = { offer: (report) => session.reports.offer(report) };
  const reconciler = createReconciler({
    cluster, orders, inventory, content, tests: new TestSecrets(secrets), source: opened.source, cel, fence: lease, reports, clock, monotonic, timers, random, tracer, failpoints, log,
    settings: { ...RECONCILE_DEFAULTS, maxTargets: config.concurrency },
  });
  const state = new EnrolledState({ identities: new IdentitySecret(secrets), inventory, begin: (signal) => begin(signal), fail: deps.fail });

  async function begin(signal: AbortSignal): Promise<void> {
    const unreadable = await credentials.load(signal);
    if (unreadable.length > 0) log.warn('stored credentials do not read; the hub sends them again', { names: unreadable });
    await reconciler.start(over);
    log.info('the agent works on what is stored in the cluster', { targets: reconciler.inbox.held().length });
  }

  let uid = '';
  const session = new SessionLoop(
    {
      hub: config.hub, ca: config.ca, joinToken: config.joinToken?.reveal(), agentVersion: AGENT_VERSION, renderers: ['AUTO', 'PLAIN', 'KUSTOMIZE', 'HELM'],
      get kubeSystemUid() {
        return uid;
      },
    },
    {
      identities: state, inbox: reconciler.inbox, credentials, requests: { ...reconciler.requests, measure: (query, signal) => metrics.measure(query, signal) }, facts, edgePolicy: openEdgePolicy, clock, monotonic, timers, random, log,
      events: { connected: () => reconciler.reportAll(), disconnected: (reason) => log.info('not connected to the hub; the agent goes on with what it holds', { reason }) },
    },
  );
  try {
    // Healing waits neither for the hub nor for what only the hub wants to know.
    await untilRead('the identity of this agent', () => state.load(over).then(ok), deps, over);
    uid = await untilRead('the namespace kube-system', () => readKubeSystemUid(own, over), deps, over);
    await Promise.all([session.run(over), facts.run(over)]);
  } catch (error) {
    if (!over.aborted) throw error;
  } finally {
    await reconciler.stopped();
    await Promise.all([opened.close(), cel.close()]);
  }
}

/** Who this cluster is, for the hub: another UID under the same name is another cluster. */
async function readKubeSystemUid(own: KubeClient, signal: AbortSignal): Promise<Result<string, KubeFailure>> {
  const resource = await own.resolve('', 'Namespace', 'v1', { signal });
  const found = resource.ok ? await own.get(resource.value, '', 'kube-system', { signal, metadataOnly: true }) : resource;
  return found.ok ? ok(found.value.metadata.uid ?? '') : found;
}

/** @throws the signal's reason, and nothing else */
async function untilRead<T>(what: string, read: () => Promise<Result<T, { readonly code: string; readonly message: string }>>, deps: GenerationDeps, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      const result = await read();
      if (result.ok) return result.value;
      deps.log.warn(`${what} could not be read; it is tried again`, { code: result.error.code, message: result.error.message });
    } catch (error) {
      signal.throwIfAborted();
      deps.log.warn(`${what} could not be read; it is tried again`, { error });
    }
    await deps.timers.sleep(backoffMs(RETRY, attempt, deps.random), signal);
  }
}

function metricSource({ prometheusUrl: url, prometheusTokenFile: tokenFile, prometheusCaFile: caFile }: AgentConfig, timers: Timers): MetricSource {
  return url === undefined ? NO_PROMETHEUS : new Prometheus({ url, tokenFile, caFile }, timers);
}

function sourceSettings(config: AgentConfig, renderProcess: string): Parameters<typeof openSource>[0] {
  const { dataDir, gitAdapter, kustomize, helm, path, gitCacheBytes, renderConcurrency, allowPrivateGitHosts: allowPrivateHosts } = config;
  return { dataDir, git: gitAdapter === 'auto' ? undefined : gitAdapter, kustomize, helm, path, renderProcess, cacheBytes: gitCacheBytes, maxRenders: renderConcurrency, allowPrivateHosts };
}
