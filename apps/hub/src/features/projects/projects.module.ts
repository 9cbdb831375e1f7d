import { Module } from '@nestjs/common';
import { ProjectReadModel } from './projects.read-model.js';
import { ProjectResolver } from './projects.resolver.js';

@Module({ providers: [ProjectReadModel, ProjectResolver], exports: [ProjectReadModel] })
export class ProjectsModule {}
