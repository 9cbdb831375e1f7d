export { PlaceApplications } from './place-applications.js';
export { PlaceFacts } from './place-facts.js';
export type { PlacementScope, PlacementStore } from './placement.store.js';
export { PlacementModule } from './placement.module.js';
export { PLACEMENT_STORE } from './placement.tokens.js';
export { SqlPlacementStore } from './sql-placement.store.js';
export { ProjectOrders } from './project-orders.js';
export { RepositoryOrders } from './repository-orders.js';
