export { endSideRollouts } from './end-side-rollouts.js';
export { HAS_WORK, loadRollout, rolloutsAtWork, type LoadedRollout } from './load-rollout.js';
export { releaseOfMost } from './release-of-most.js';
export { ROLLOUT_STORE, type ApplicationToRoll, type RolloutStore } from './rollout.store.js';
export { RolloutReadModule, RolloutWriteModule, RolloutsModule } from './rollouts.module.js';
export { RolloutType, toRolloutType } from './rollouts.graphql.js';
export { RolloutReadModel, type RolloutView } from './rollouts.read-model.js';
export { SqlRolloutStore } from './sql-rollout.store.js';
export { StartRollouts, type RolloutPorts } from './start-rollouts.js';
