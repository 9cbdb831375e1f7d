export { RollbacksModule } from './rollbacks.module.js';
