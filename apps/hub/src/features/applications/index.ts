export { APPLICATION_PLACEMENT, type ApplicationPlacement } from './application-placement.js';
export type { RemovalNeedsConfirmation } from './application.errors.js';
export { RemovalModeEnum, StrategyEnum } from './application-input.graphql.js';
export { ApplicationRevisionType, ApplicationType, ReasonCodeEnum, toApplicationType, toRevisionType } from './applications.graphql.js';
export { ApplicationReadModule, ApplicationsModule } from './applications.module.js';
export { ApplicationReadModel, type ApplicationView, type RevisionView } from './applications.read-model.js';
export { specJson } from './spec-json.js';
export { ApplicationEntity, ApplicationRevisionEntity } from './typeorm-application.repository.js';
