export { ASKING_SECONDS, CLUSTER_ASKER, type ClusterAsker } from './cluster-asker.js';
export { GateCheckRunner } from './gate-check.runner.js';
export { GateChecksModule } from './gate-checks.module.js';
