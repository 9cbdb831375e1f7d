import { silentLog, type Clock, type Ids, type Log, type Random, type Timers } from '#kernel';
import { systemClock, systemRandom, systemTimers, uuidV7Ids } from '#runtime';
import { ServiceAccountTokens } from './access/service-account-tokens.js';
import { AuditLog } from './audit/audit-log.js';
import type { ClusterContext } from './cluster-context.js';
import { ClusterApi } from './http/cluster-api.js';
import { ClusterFront } from './http/cluster-front.js';
import { SandboxHost } from './http/sandbox-host.js';
import { ControllerLoop } from './lifecycle/controller-loop.js';
import { DefinitionController } from './lifecycle/definition-controller.js';
import { GarbageCollector } from './lifecycle/garbage-collector.js';
import { NamespaceController } from './lifecycle/namespace-controller.js';
import { seedObjects } from './lifecycle/seed-objects.js';
import { PodLogs } from './logs/pod-logs.js';
import { BUILTIN_RESOURCES } from './resources/builtin-resources.js';
import { ResourceRegistry } from './resources/resource-registry.js';
import { SandboxCluster } from './sandbox-cluster.js';
import { DEFAULT_SIMULATOR, type SimulatorSettings } from './simulator/simulator-settings.js';
import { SimulatorWrites } from './simulator/simulator-writes.js';
import { WorkloadSimulator } from './simulator/workload-simulator.js';
import { ObjectStore } from './store/object-store.js';

export interface SandboxClusterOptions {
  readonly name: string;
  /** A host that other clusters share; without one the cluster brings its own listener and stops it. */
  readonly host?: SandboxHost;
  /** Port of its own listener. @default 0 (any free one) */
  readonly port?: number;
  /** File to which audit events are appended, one JSON per line. */
  readonly auditLogPath?: string;
  /** Audit events kept in memory. @default 1000 */
  readonly auditCapacity?: number;
  /** Changes remembered for watches; older ones are Expired. @default 1000 */
  readonly historyCapacity?: number;
  readonly simulator?: Partial<SimulatorSettings>;
  /** What /version says. @default 'v1.36.3' */
  readonly kubernetesVersion?: string;
}

export interface SandboxDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
}

const SYSTEM: SandboxDeps = { clock: systemClock, timers: systemTimers, random: systemRandom, ids: uuidV7Ids(systemClock, systemRandom), log: silentLog };

/** Starts an in-memory cluster behind a real HTTPS API. Its stated surface is in the README of this library; all else answers 501. */
export async function startSandboxCluster(options: SandboxClusterOptions, given: Partial<SandboxDeps> = {}): Promise<SandboxCluster> {
  const deps: SandboxDeps = { ...SYSTEM, ...given };
  const host = options.host ?? (await SandboxHost.start(options.port ?? 0, deps.clock, deps.random));
  const kubernetesVersion = options.kubernetesVersion ?? 'v1.36.3';
  const settings: SimulatorSettings = { ...DEFAULT_SIMULATOR, ...options.simulator };
  const store = new ObjectStore(options.historyCapacity ?? 1_000);
  const cluster: ClusterContext = { store, registry: new ResourceRegistry(BUILTIN_RESOURCES), logs: new PodLogs(), clock: deps.clock, ids: deps.ids };
  const simulator = new WorkloadSimulator(new SimulatorWrites(cluster), settings);
  const controllers = [new NamespaceController(cluster, host.caPem), new GarbageCollector(cluster), new DefinitionController(cluster), simulator];
  const loop = new ControllerLoop(store.log, controllers, deps.timers, deps.log);
  seedObjects(cluster, settings.nodes, kubernetesVersion);

  const adminToken = Buffer.from(deps.random.bytes(24)).toString('base64url');
  const api = new ClusterApi(cluster, new ServiceAccountTokens(deps.random.bytes(32), deps.clock), adminToken, { kubernetesVersion, address: host.address });
  const audit = new AuditLog(options.auditLogPath, options.auditCapacity ?? 1_000);
  const front = new ClusterFront(api, audit, deps.timers, deps.log);
  host.add(options.name, front);
  return new SandboxCluster(options.name, host, api, front, audit, loop, adminToken, () => (options.host === undefined ? host.stop() : Promise.resolve()));
}

/** A listener that many clusters share: pass it as `host`, stop it after them. */
export function startSandboxHost(port = 0, given: Partial<Pick<SandboxDeps, 'clock' | 'random'>> = {}): Promise<SandboxHost> {
  return SandboxHost.start(port, given.clock ?? systemClock, given.random ?? systemRandom);
}
