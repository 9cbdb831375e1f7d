import { digestOfJson, err, noTracer, ok, silentLog, type Failpoints, type Json, type Log, type Result } from '#kernel';
import { releaseId, targetId, type KubeObject, type ObjectRef, type Order, type ReasonCode, type TargetReport } from '#domain';
import type { KubeClient } from '#kube';
import { systemClock, systemMonotonic, systemRandom, systemTimers } from '#runtime';
import { until } from '#testing';
import { openCel, type CelEvaluator } from '../src/cel/index.js';
import type { ContentSource, ReconcileSettings, RenderedContent, SourceFailure } from '../src/reconcile/agent.ports.js';
import { RECONCILE_DEFAULTS } from '../src/reconcile/agent.ports.js';
import { createReconciler, type Reconciler } from '../src/reconcile/create-reconciler.js';
import { ContentSecrets, InventorySecrets, OrderSecrets, StateSecrets, TestSecrets } from '../src/state/index.js';
import { AGENT_NAMESPACE, APPLY_USER, unwrap, type TestCluster } from './test-cluster.js';
import { HUB, idOf, signed, SIGNING_KEY } from './test-orders.js';

/** What Git has: the objects of each release by its name, or why it cannot be had. */
export class TestSource implements ContentSource {
  readonly #releases = new Map<string, readonly KubeObject[] | SourceFailure>();
  /** Set while hub and Git are away: then nothing may ask. */
  isDown = false;
  asked = 0;

  put(release: string, objects: readonly KubeObject[]): void {
    this.#releases.set(releaseId(idOf('release', release)), objects);
  }

  fail(release: string, reason: ReasonCode, retryable: boolean): void {
    this.#releases.set(releaseId(idOf('release', release)), { reason, message: `${release} cannot be had`, retryable });
  }

  /** A Git server that takes the connection and never answers. */
  isHanging = false;

  async render(order: Parameters<ContentSource['render']>[0], signal: AbortSignal): Promise<Result<RenderedContent, SourceFailure>> {
    this.asked += 1;
    if (this.isHanging) await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }));
    const found = this.#releases.get(order.release.id);
    if (this.isDown || found === undefined) return err({ reason: 'REPOSITORY_UNREACHABLE', message: 'git.example.com does not answer', retryable: true });
    if ('reason' in found) return err(found);
    const asJson: Json = JSON.parse(JSON.stringify(found));
    return ok({ objects: found, renderDigest: digestOfJson(asJson) });
  }
}

export interface TestAgentOptions {
  readonly failpoints?: Failpoints;
  readonly log?: Log;
  /** Accepted by the process before this one, which came no further than storing them. */
  readonly stored?: readonly Order[];
  readonly settings?: Partial<ReconcileSettings>;
  /** Puts something between the reconciler and the API server; the durable state is not behind it. */
  readonly between?: (client: KubeClient) => KubeClient;
}

/** The agent's core on real durable state in a sandbox cluster; only session and Git are played. */
export class TestAgent {
  readonly #stop = new AbortController();

  private constructor(
    readonly core: Reconciler,
    readonly reports: readonly TargetReport[],
    private readonly client: KubeClient,
    private readonly fence: { held: boolean },
    private readonly cel: CelEvaluator,
  ) {}

  /** Begins with what the cluster holds. `epoch` rises with every start, as the lease's does. */
  static async start(cluster: Pick<TestCluster, 'agentClient'>, source: TestSource, epoch = 1, options: TestAgentOptions = {}): Promise<TestAgent> {
    const client = cluster.agentClient();
    const state = { held: true };
    const fence = { isHeld: () => state.held, epoch };
    const failpoints = options.failpoints ?? { hit: () => undefined };
    const between = options.between ?? ((same: KubeClient) => same);
    const secrets = new StateSecrets(client, AGENT_NAMESPACE, fence);
    const inventory = new InventorySecrets({ secrets, fence, failpoints, log: silentLog });
    const claimed = await inventory.claim(HUB, AbortSignal.timeout(10_000));
    if (!claimed.ok) throw new Error(claimed.error.code);
    const orders = new OrderSecrets(secrets, () => [SIGNING_KEY]);
    await orders.loadAll(AbortSignal.timeout(10_000));
    for (const order of options.stored ?? []) unwrap(await orders.put(await signed(order), AbortSignal.timeout(10_000)));
    const reports: TargetReport[] = [];
    const cel = openCel({ timers: systemTimers, monotonic: systemMonotonic });
    const core = createReconciler({
      cluster: { own: between(client), applier: between(client.impersonate(APPLY_USER)), reserved: { namespace: AGENT_NAMESPACE, partOf: 'capstan-agent' } },
      orders,
      inventory,
      content: new ContentSecrets({ secrets, failpoints, log: silentLog }),
      tests: new TestSecrets(secrets),
      source,
      cel,
      fence,
      reports: { offer: (report) => void reports.push(report) },
      settings: { ...RECONCILE_DEFAULTS, debounceMs: 10, unhealthyRecheckMs: 500, moveGraceMs: 0, ...options.settings },
      tracer: noTracer(systemClock),
      clock: systemClock,
      monotonic: systemMonotonic,
      timers: systemTimers,
      random: systemRandom,
      failpoints,
      log: options.log ?? silentLog,
    });
    const agent = new TestAgent(core, reports, client, state, cel);
    await core.start(agent.#stop.signal);
    return agent;
  }

  async accept(...orders: readonly Order[]): Promise<void> {
    await this.core.inbox.accept(await Promise.all(orders.map(signed)), this.#stop.signal);
  }

  last(application = 'shop'): TargetReport | undefined {
    const target = targetId(idOf('target', application));
    return this.reports.findLast((report) => report.target === target);
  }

  /** Waits for a report about this generation that has these fields. */
  async reported(what: Partial<TargetReport> & { readonly generation: bigint }, application = 'shop'): Promise<TargetReport> {
    return until(
      `a report with ${JSON.stringify({ ...what, generation: String(what.generation) })}`,
      15_000,
      () => {
        const report = this.last(application);
        return report !== undefined && Object.entries(what).every(([name, value]) => Object.entries(report).some(([key, actual]) => key === name && actual === value)) ? report : undefined;
      },
      () => `last: ${say(this.last(application))}`,
    );
  }

  /** No word and no write goes out any more, as after SIGKILL. */
  kill(): void {
    this.fence.held = false;
    this.#stop.abort();
    this.client.close();
  }

  async stop(): Promise<void> {
    this.kill();
    await this.core.stopped();
    await this.cel.close();
  }
}

export function configMap(name: string, data: Readonly<Record<string, string>>, rest: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...rest }, data };
}

export function deployment(name: string, image: string, replicas = 1): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }] } } },
  };
}

export const cm = (name: string, namespace = 'shop'): ObjectRef => ({ group: '', kind: 'ConfigMap', namespace, name });
export const deploy = (name: string, namespace = 'shop'): ObjectRef => ({ group: 'apps', kind: 'Deployment', namespace, name });

function say(report: TargetReport | undefined): string {
  return JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
