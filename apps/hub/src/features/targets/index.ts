export { AGENT_OBJECTS, type AgentObjects } from './agent-objects.js';
export { TargetReadModel } from './targets.read-model.js';
export { TargetReadModule, TargetsModule } from './targets.module.js';
export { TargetType, toTargetType } from './targets.graphql.js';
export type { TargetView } from './target-view.js';
