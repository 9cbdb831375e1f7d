export type { ClusterView } from './cluster.js';
export { ClusterType, toClusterType } from './clusters.graphql.js';
export { ClusterReadModule, ClustersModule } from './clusters.module.js';
export { ClusterReadModel } from './clusters.read-model.js';
export { IS_CONNECTED, JUST_FELL_SILENT } from './connection.sql.js';
export { factsOf } from './facts-of.js';
export { HUB_TRUST, type HubTrust } from './hub-trust.js';
export { PLACEMENT_IMPACT, type ClusterChange, type PlacementImpact, type RemovalNeedsConfirmation } from './placement-impact.js';
export { selectorToSql } from './selector-to-sql.js';
