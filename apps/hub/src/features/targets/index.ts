export { AGENT_OBJECTS, type AgentObjects } from './agent-objects.js';
export { ALL_CHANGES, TargetReadModel, type ChangeFilter } from './targets.read-model.js';
export { TargetReadModule, TargetsModule } from './targets.module.js';
export {
  HealthStateEnum, SyncStateEnum, TargetChangeKindEnum, TargetHoldType, TargetStateEnum, TargetTransitionType, TargetType, toTargetType, toTransitionType,
} from './targets.graphql.js';
export type { TargetView } from './target-view.js';
