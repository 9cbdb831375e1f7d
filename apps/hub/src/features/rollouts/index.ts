export { ROLLOUT_STORE, type ApplicationToRoll, type RolloutStore, type StoredRollout } from './rollout.store.js';
export { RolloutWriteModule, RolloutsModule } from './rollouts.module.js';
export { SqlRolloutStore } from './sql-rollout.store.js';
export { StartRollouts, type RolloutPorts } from './start-rollouts.js';
