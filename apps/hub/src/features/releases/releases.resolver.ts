import { applicationId, parseGlobalId, type ApplicationId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, NodeSources, PageArgs, parsePage, RequestLoaders, RequirePermission, toConnection, type Viewer } from '../../platform/api/index.js';
import { ApplicationReadModel, ApplicationRevisionType, ApplicationType, toRevisionType, type RevisionView } from '../applications/index.js';
import { ReleaseConnection, ReleaseType, toReleaseType } from './releases.graphql.js';
import { ReleaseReadModel, type ReleaseView } from './releases.read-model.js';

const REVISIONS = Symbol('revisions of releases');

@Resolver(() => ReleaseType)
export class ReleaseResolver {
  constructor(
    @Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.registerRead('Release', 'release:read', releases, toReleaseType);
  }

  @Query(() => ReleaseType, { nullable: true, description: 'A release by its id; null for "no such release or not yours".' })
  @RequirePermission('release:read')
  async release(@CurrentViewer() viewer: Viewer, @Args('id', { type: () => ID, description: 'Its id.' }) id: string): Promise<ReleaseType | null> {
    const key = parseGlobalId('Release', id);
    const [found] = key === undefined ? [] : await this.releases.findByIds(viewer, [key]);
    return found === undefined ? null : toReleaseType(found);
  }

  @Query(() => ReleaseConnection, { name: 'releases', description: 'Releases of an application, newest first; none for an application that is not there or not yours.' })
  @RequirePermission('release:read')
  async list(
    @CurrentViewer() viewer: Viewer,
    @Args() args: PageArgs,
    @Args('application', { type: () => String, description: 'Name of the application.' }) application: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: 'default', description: 'Its project.' }) project: string | null,
  ): Promise<ReleaseConnection> {
    const found = await this.applications.findByName(viewer, project ?? 'default', application);
    return this.#page(viewer, found?.id, args);
  }

  @ResolveField('revision', () => ApplicationRevisionType, { description: 'What the application said when it was made.' })
  @RequirePermission('application:read')
  async revision(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() release: ReleaseType): Promise<ApplicationRevisionType> {
    const found = await loaders.get<RevisionView>(REVISIONS, (ids) => this.applications.findRevisions(viewer, ids)).load(release.revisionId);
    if (found === undefined) throw new Error(`revision ${release.revisionId} of a release is missing`);
    return toRevisionType(found);
  }

  async #page(viewer: Viewer, application: ApplicationId | undefined, args: PageArgs): Promise<ReleaseConnection> {
    const page = parsePage(args, ['releases', application ?? null], ['NUMBER']);
    return toConnection(application === undefined ? [] : await this.releases.list(viewer, application, page), page, ({ number, id }) => ({ key: [number], id }), toReleaseType);
  }
}

/** What applications say of their releases. */
@Resolver(() => ApplicationType)
export class ApplicationReleasesResolver {
  constructor(@Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel) {}

  @ResolveField('currentRelease', () => ReleaseType, { nullable: true, description: 'The release that its targets shall run; null before the first was started.' })
  @RequirePermission('release:read')
  async currentRelease(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ApplicationType): Promise<ReleaseType | null> {
    if (key.currentRelease === undefined) return null;
    const found = await releaseLoader(loaders, this.releases, viewer).load(key.currentRelease);
    return found === undefined ? null : toReleaseType(found);
  }

  @ResolveField('releases', () => ReleaseConnection, { description: 'Its releases, newest first.' })
  @RequirePermission('release:read')
  async list(@CurrentViewer() viewer: Viewer, @Parent() { key }: ApplicationType, @Args() args: PageArgs): Promise<ReleaseConnection> {
    const page = parsePage(args, ['releases', key.application], ['NUMBER']);
    return toConnection(await this.releases.list(viewer, applicationId(key.application), page), page, ({ number, id }) => ({ key: [number], id }), toReleaseType);
  }
}

const RELEASES = Symbol('releases');

/** The releases of one request, each read once. */
export function releaseLoader(loaders: RequestLoaders, releases: ReleaseReadModel, viewer: Viewer): { load(id: string): Promise<ReleaseView | undefined> } {
  return loaders.get<ReleaseView>(RELEASES, (ids) => releases.findByIds(viewer, ids));
}
