import { Module } from '@nestjs/common';
import { PlacementModule } from '../placement/index.js';
import { ProjectsModule } from '../projects/index.js';
import { ProjectPolicyResolver } from './project-policy.resolver.js';
import { ProjectPolicyStore } from './project-policy.store.js';
import { UpdateProject } from './update-project.js';

/** What a project says for all its applications. Stands apart from projects, which applications need. */
@Module({ imports: [ProjectsModule, PlacementModule], providers: [ProjectPolicyResolver, ProjectPolicyStore, UpdateProject] })
export class ProjectPolicyModule {}
