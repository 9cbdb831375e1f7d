export { RepositoriesModule } from './repositories.module.js';
export { RepositoryType, toRepositoryType } from './repositories.graphql.js';
export { RepositoryReadModel, type RepositoryView } from './repositories.read-model.js';
export { RepositorySchedule } from './repository-schedule.js';
export { RepositorySecrets, type RepositoryCredentials } from './repository-secrets.js';
export { WebhookSecretSource } from './webhook-secret-source.js';
