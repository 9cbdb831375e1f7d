import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { ProjectsModule } from '../projects/index.js';
import { ApplicationChanges } from './application-changes.js';
import { APPLICATION_REPOSITORY } from './application.repository.js';
import { ApplicationChangedResolver } from './application-changed.resolver.js';
import { ApplicationReadModel } from './applications.read-model.js';
import { ApplicationResolver } from './applications.resolver.js';
import { CreateApplication } from './create-application.js';
import { DeleteApplication } from './delete-application.js';
import { TypeormApplicationRepository } from './typeorm-application.repository.js';
import { UpdateApplication } from './update-application.js';

/** The questions that other features ask about applications; stands alone, so that they may depend on it. */
@Module({ providers: [ApplicationReadModel], exports: [ApplicationReadModel] })
export class ApplicationReadModule {}

@Module({})
export class ApplicationsModule {
  /** @param ports modules that export APPLICATION_PLACEMENT (what becomes of targets) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return {
      module: ApplicationsModule,
      imports: [ApplicationReadModule, ProjectsModule, ...ports],
      providers: [ApplicationResolver, ApplicationChangedResolver, ApplicationChanges, CreateApplication, UpdateApplication, DeleteApplication, { provide: APPLICATION_REPOSITORY, useClass: TypeormApplicationRepository }],
    };
  }
}
