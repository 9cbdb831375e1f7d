export { RolloutControlModule } from './rollout-control.module.js';
