import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { CurrentViewer, NodeSources, PageArgs, parsePage, RequirePermission, toConnection, type Viewer } from '../../platform/api/index.js';
import { ProjectConnection, ProjectType, toProjectType } from './projects.graphql.js';
import { ProjectReadModel } from './projects.read-model.js';

@Resolver(() => ProjectType)
export class ProjectResolver {
  constructor(
    @Inject(ProjectReadModel) private readonly projects: ProjectReadModel,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.registerRead('Project', 'project:read', projects, toProjectType);
  }

  @Query(() => ProjectType, { nullable: true, description: 'A project by name; null for "no such project or not yours".' })
  @RequirePermission('project:read')
  async project(@CurrentViewer() viewer: Viewer, @Args('name', { description: 'Its name.' }) name: string): Promise<ProjectType | null> {
    const project = await this.projects.findByName(viewer, name);
    return project === undefined ? null : toProjectType(project);
  }

  @Query(() => ProjectConnection, { name: 'projects', description: 'Projects by name.' })
  @RequirePermission('project:read')
  async listProjects(@CurrentViewer() viewer: Viewer, @Args() args: PageArgs): Promise<ProjectConnection> {
    const page = parsePage(args, ['projects'], ['TEXT']);
    return toConnection(await this.projects.list(viewer, page), page, ({ name, id }) => ({ key: [name], id }), toProjectType);
  }
}
