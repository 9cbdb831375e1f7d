export { ProjectPolicyModule } from './project-policy.module.js';
