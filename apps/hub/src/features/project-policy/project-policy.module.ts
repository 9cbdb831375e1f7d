import { Module } from '@nestjs/common';
import { PlacementModule } from '../placement/index.js';
import { ProjectsModule } from '../projects/index.js';
import { CreateProject } from './create-project.js';
import { ProjectPolicyResolver } from './project-policy.resolver.js';
import { ProjectPolicyStore } from './project-policy.store.js';
import { UpdateProject } from './update-project.js';

/** Changes of projects, and what they say for all their applications. Stands apart from projects, which applications need. */
@Module({ imports: [ProjectsModule, PlacementModule], providers: [ProjectPolicyResolver, ProjectPolicyStore, CreateProject, UpdateProject] })
export class ProjectPolicyModule {}
