import { ApplicationEntity, ApplicationRevisionEntity } from './features/applications/typeorm-application.repository.js';
import { ClusterEntity } from './features/clusters/typeorm-cluster.repository.js';
import { RepositoryEntity } from './features/repositories/typeorm-repository.store.js';
import type { EntityList } from './platform/database/index.js';

/** Every entity of every feature: the data source is the one other place that knows them. */
export const ENTITIES: EntityList = [ApplicationEntity, ApplicationRevisionEntity, ClusterEntity, RepositoryEntity];
