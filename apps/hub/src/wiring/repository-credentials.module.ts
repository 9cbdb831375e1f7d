import { Module } from '@nestjs/common';
import type { OpenSealed } from '../agent-gateway/index.js';
import { RepositoriesModule, RepositorySecrets } from '../features/repositories/index.js';
import { OPEN_CREDENTIALS } from './wiring-tokens.js';

/** How the gateway opens the credentials of a repository: as the feature that sealed them does. */
@Module({
  imports: [RepositoriesModule],
  providers: [
    {
      provide: OPEN_CREDENTIALS,
      inject: [RepositorySecrets],
      useFactory: (secrets: RepositorySecrets): OpenSealed => (repository, sealed) => secrets.openCredentials(repository, sealed),
    },
  ],
  exports: [OPEN_CREDENTIALS],
})
export class RepositoryCredentialsModule {}
