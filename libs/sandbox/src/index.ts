export type { SandboxHost } from './http/sandbox-host.js';
export type { ScriptedRefusal } from './http/scripted-refusals.js';
export { NOT_SERVED, type NotServed } from './not-served.js';
export { SERVED, servedTable, type Served } from './served.js';
export type { SandboxCluster, SandboxConnection } from './sandbox-cluster.js';
export type { SimulatorSettings } from './simulator/simulator-settings.js';
export { startSandboxCluster, startSandboxHost, type SandboxClusterOptions, type SandboxDeps } from './start-sandbox-cluster.js';
