export { StrategyWarningsModule } from './strategy-warnings.module.js';
