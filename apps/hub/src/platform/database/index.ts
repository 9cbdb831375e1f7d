export { CHANNELS, type Channel } from './channels.js';
export { openDataSource, MIGRATIONS, poolCounts, type DataSourceOptions, type EntityList } from './data-source.js';
export { LeaseLost, Leases, type HeldLease } from './leases.js';
export { INSERT_ONLY_TABLES, migrate, pendingMigrations, type MigrationRequest } from './migrate.js';
export { Notifications, type NotificationListener } from './notifications.js';
export { Outbox, type OutboxEvent } from './outbox.js';
export { createPartitions, PARTITIONED_TABLES } from './partitions.js';
export { systemScope, viewerScope, type Scope, type SystemScope, type ViewerScope } from './scope.js';
export { sqlState, TransactionContext, type SavepointResult } from './transaction-context.js';
