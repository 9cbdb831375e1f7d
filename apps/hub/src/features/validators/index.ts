export { ValidatorsModule } from './validators.module.js';
