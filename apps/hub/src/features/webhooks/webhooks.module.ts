import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { RepositoriesModule } from '../repositories/index.js';
import { WebhookRoutes } from './webhook-routes.js';

@Module({})
export class WebhooksModule {
  /** @param ports modules that export SOURCES_WANTED (which refs anybody follows) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return { module: WebhooksModule, imports: [RepositoriesModule, ...ports], providers: [WebhookRoutes] };
  }
}
