import { noFailpoints, noTracer, ok, type Clock, type Failpoints, type Log, type MonotonicClock, type Random, type Result, type Timers, type Tracer } from '#kernel';
import type { KubeClient, KubeConnection } from '#kube';
import { OtlpExporter, systemClock, systemMonotonic, systemRandom, systemTimers } from '#runtime';
import { hostname } from 'node:os';
import { AgentFailure } from './agent-failure.js';
import type { AgentConfig } from './config.js';
import { connectCluster, ensureNamespace } from './connect-cluster.js';
import { killAgentAt } from './kill-agent-at.js';
import { LeaseKeeper, type HeldLease, type LeaseSettings } from './lease/index.js';
import { createLog, type LogDestination } from './logging.js';
import { runGeneration } from './run-generation.js';
import { RENDER_PROCESS } from './source/index.js';
import { InventorySecrets, StateSecrets } from './state/index.js';
import { AGENT_VERSION } from './version.js';

export { AgentFailure } from './agent-failure.js';
export { ConfigError, readAgentConfig, type AgentConfig, type Environment } from './config.js';
export { settingsDocs } from './settings-docs.js';

/** What tests and the demo may put in place of the real thing. */
export interface AgentOverrides {
  readonly clock?: Clock;
  readonly monotonic?: MonotonicClock;
  readonly timers?: Timers;
  readonly random?: Random;
  readonly failpoints?: Failpoints;
  /** The cluster; otherwise as configured. */
  readonly connection?: KubeConnection;
  /** Where log lines go; standard output otherwise. */
  readonly logTo?: LogDestination;
  /** Program of the process that renders; what the bundle has beside itself otherwise. */
  readonly renderProcess?: string;
}

export interface RunningAgent {
  /** Says goodbye to the hub, lets writes under way end, gives the lease back; at most about ten seconds. Safe to call twice. */
  close(): Promise<void>;
  /** How the agent ended: undefined after `close`, else what no retry mends. */
  readonly ended: Promise<AgentFailure | undefined>;
}

interface Parts {
  readonly tracer: Tracer;
  readonly config: AgentConfig;
  readonly own: KubeClient;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly failpoints: Failpoints;
  readonly log: Log;
  readonly renderProcess: string;
}

const LEAVE_MS = 7_000;

/**
 * Starts an agent in this process. It stands by until the lease of its cluster is free, goes on with what is stored there, and talks to
 * its hub; when it loses the lease it stops writing and stands by again.
 *
 * @throws ConfigError for settings that cannot work.
 */
export async function startAgent(config: AgentConfig, overrides: AgentOverrides = {}): Promise<RunningAgent> {
  const clock = overrides.clock ?? systemClock;
  const log = createLog(config.logLevel, overrides.logTo ?? process.stdout, clock);
  const own = await connectCluster(config, overrides.connection, log);
  const timers = overrides.timers ?? systemTimers;
  const exporter = config.otlpEndpoint && new OtlpExporter({ endpoint: config.otlpEndpoint, service: 'capstan-agent', version: AGENT_VERSION, clock, timers, log });
  const parts: Parts = {
    tracer: exporter ?? noTracer(clock), config, own, log, clock, renderProcess: overrides.renderProcess ?? RENDER_PROCESS,
    monotonic: overrides.monotonic ?? systemMonotonic, timers, random: overrides.random ?? systemRandom,
    failpoints: overrides.failpoints ?? (config.isFailpointEnabled && config.failpoint !== undefined ? killAgentAt(config.failpoint) : noFailpoints),
  };
  const leaving = new AbortController();
  let failure: AgentFailure | undefined;
  const fail = (found: AgentFailure): void => {
    if (failure !== undefined) return;
    failure = found;
    log.error(found.message, { code: found.code, error: found.code === 'UNEXPECTED' ? found.cause : undefined });
    leaving.abort(found);
  };
  log.info('the agent starts', { version: AGENT_VERSION, cluster: own.server, namespace: config.namespace, hub: config.hub.host });
  const ended = live(parts, fail, leaving.signal)
    .catch((error: unknown) => fail(new AgentFailure('UNEXPECTED', 'the agent broke', { cause: error })))
    .then(async () => {
      await exporter?.close();
      own.close();
      log.info('the agent has ended');
      return failure;
    });
  return {
    ended,
    close: async () => {
      leaving.abort(new Error('the agent is asked to stop'));
      await ended;
    },
  };
}

/** One hold of the lease after the other, until told to leave. */
async function live(parts: Parts, fail: (failure: AgentFailure) => void, leaving: AbortSignal): Promise<void> {
  const { config, own, log, timers } = parts;
  const keeper = new LeaseKeeper(leaseSettings(parts), { ...parts, client: own });
  while (!leaving.aborted) {
    let lease: HeldLease;
    try {
      await ensureNamespace(own, config.namespace, log, leaving);
      lease = await keeper.acquire((signal) => highestEpoch(parts, signal), leaving);
    } catch (error) {
      if (leaving.aborted) return;
      throw error;
    }
    const generation = runGeneration(lease, { ...parts, fail }, leaving);
    const isOver = await Promise.race([generation.then(() => true), afterAbort(leaving).then(() => timers.sleep(LEAVE_MS)).then(() => false)]);
    if (isOver) await lease.release();
    else log.warn('work under way did not end in time; the lease is left to run out');
  }
}

/** The lease may have been deleted and begin anew; the inventory remembers how far epochs have come. */
async function highestEpoch({ config, own, failpoints, log }: Parts, signal: AbortSignal): Promise<Result<number, string>> {
  const noFence = { isHeld: () => false, epoch: 0 };
  const inventory = new InventorySecrets({ secrets: new StateSecrets(own, config.namespace, noFence), fence: noFence, failpoints, log });
  const writer = await inventory.lastWriter(signal);
  if (writer.ok) return ok(writer.value?.leaseEpoch ?? 0);
  return { ok: false, error: writer.error.message };
}

function leaseSettings({ config, random }: Parts): LeaseSettings {
  const place = `${config.pod?.name ?? hostname()}_`;
  return {
    namespace: config.namespace,
    name: 'capstan-agent',
    holder: `${place}${Buffer.from(random.bytes(6)).toString('hex')}`,
    predecessors: config.pod === undefined || config.pod.name === '' ? '' : place,
    durationMs: config.leaseDurationMs,
  };
}

function afterAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
