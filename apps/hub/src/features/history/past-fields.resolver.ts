import { Inject } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, RequestLoaders, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { releaseLoader, ReleaseReadModel, ReleaseType, toReleaseType } from '../releases/index.js';
import { RolloutReadModel, RolloutType, toRolloutType, type RolloutView } from '../rollouts/index.js';
import { TargetReadModel, TargetTransitionType, TargetType, toTargetType, type TargetView } from '../targets/index.js';
import { SnapshotAssignedType, SnapshotPlaceType, TargetSnapshotType } from './past.graphql.js';

const ROLLOUTS = Symbol('rollouts of the past');
const TARGETS = Symbol('targets of the past');

/** What a snapshot refers to: each read once in a request. */
@Resolver(() => TargetSnapshotType)
export class TargetSnapshotFieldsResolver {
  constructor(
    @Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel,
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
  ) {}

  @ResolveField('runs', () => ReleaseType, { nullable: true, description: 'What it ran, as its agent had said last; null: nothing that is known.' })
  @RequirePermission('release:read')
  async runs(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: TargetSnapshotType): Promise<ReleaseType | null> {
    const found = key.runs === undefined ? undefined : await releaseLoader(loaders, this.releases, viewer).load(key.runs);
    return found === undefined ? null : toReleaseType(found);
  }

  @ResolveField('target', () => TargetType, { description: 'The target as it is now.' })
  @RequirePermission('target:read')
  async target(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: TargetSnapshotType): Promise<TargetType> {
    const found = await loaders.get<TargetView>(TARGETS, (ids) => this.targets.findByIds(viewer, ids)).load(key.target);
    if (found === undefined) throw new Error(`target ${key.target} of a snapshot is missing`);
    return toTargetType(found);
  }
}

abstract class OfRollout {
  constructor(@Inject(RolloutReadModel) protected readonly rollouts: RolloutReadModel) {}

  protected async find(viewer: Viewer, loaders: RequestLoaders, rollout: string | undefined): Promise<RolloutType | null> {
    const found = rollout === undefined ? undefined : await loaders.get<RolloutView>(ROLLOUTS, (ids) => this.rollouts.findByIds(viewer, ids)).load(rollout);
    return found === undefined ? null : toRolloutType(found);
  }
}

@Resolver(() => SnapshotAssignedType)
export class SnapshotAssignedResolver extends OfRollout {
  constructor(
    @Inject(RolloutReadModel) rollouts: RolloutReadModel,
    @Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel,
  ) {
    super(rollouts);
  }

  @ResolveField('release', () => ReleaseType, { description: 'What it was to run.' })
  @RequirePermission('release:read')
  async release(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: SnapshotAssignedType): Promise<ReleaseType> {
    const found = await releaseLoader(loaders, this.releases, viewer).load(key.release);
    if (found === undefined) throw new Error(`release ${key.release} of a snapshot is missing`);
    return toReleaseType(found);
  }

  @ResolveField('rollout', () => RolloutType, { nullable: true, description: 'What had assigned it, and so why; null: an earlier version did, which did not note it.' })
  @RequirePermission('rollout:read')
  rollout(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: SnapshotAssignedType): Promise<RolloutType | null> {
    return this.find(viewer, loaders, key.rollout);
  }
}

@Resolver(() => SnapshotPlaceType)
export class SnapshotPlaceResolver extends OfRollout {
  @ResolveField('rollout', () => RolloutType, { nullable: true, description: 'Which rollout; null: an earlier version moved it, which did not note it.' })
  @RequirePermission('rollout:read')
  rollout(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: SnapshotPlaceType): Promise<RolloutType | null> {
    return this.find(viewer, loaders, key.rollout);
  }
}

@Resolver(() => TargetTransitionType)
export class TransitionRolloutResolver extends OfRollout {
  @ResolveField('rollout', () => RolloutType, { nullable: true, description: 'The rollout that did it; null: none did, or an earlier version, which did not note it.' })
  @RequirePermission('rollout:read')
  rollout(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: TargetTransitionType): Promise<RolloutType | null> {
    return this.find(viewer, loaders, key.rollout);
  }
}
