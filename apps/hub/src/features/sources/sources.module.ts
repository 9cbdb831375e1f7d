import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { RepositoriesModule } from '../repositories/index.js';
import { WatcherService } from './watcher-service.js';

@Module({})
export class SourcesModule {
  /** @param ports modules that export RELEASE_EVALUATION and SOURCES_WANTED (what applications want of repositories) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return { module: SourcesModule, imports: [RepositoriesModule, ...ports], providers: [WatcherService] };
  }
}
