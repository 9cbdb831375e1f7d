import { Module, type DynamicModule } from '@nestjs/common';
import { FEATURES } from './features.js';
import { ApiModule } from './platform/api/api.module.js';
import { PlatformModule, type PlatformParts } from './platform/platform.module.js';

/** One binary, three roles: every replica has the features, and serves, talks to agents and plans as its roles say. */
@Module({})
export class AppModule {
  static forRoot(parts: PlatformParts): DynamicModule {
    const { roles } = parts.config;
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot(parts), ...FEATURES, ...(roles.includes('api') ? [ApiModule] : [])],
    };
  }
}
