export { findDue } from './find-due.js';
export { findWork } from './find-work.js';
export { PlanApplication, type PlanApplicationPorts } from './plan-application.js';
export { PLANNER_LEASE, PlannerController, type PlannerControllerPorts } from './planner.controller.js';
export { PlannerModule } from './planner.module.js';
export { ORDER_SIGNING_KEY, type OrderSigner, type PlannerPorts } from './planner.ports.js';
