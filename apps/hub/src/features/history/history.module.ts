import { Module } from '@nestjs/common';
import { ReleaseReadModule } from '../releases/index.js';
import { RolloutReadModule } from '../rollouts/index.js';
import { TargetReadModule } from '../targets/index.js';
import { SnapshotAssignedResolver, SnapshotPlaceResolver, TargetSnapshotFieldsResolver, TransitionRolloutResolver } from './past-fields.resolver.js';
import { ApplicationAtResolver, ClusterAtResolver, TargetAtResolver } from './past.resolver.js';
import { PastTargetsReadModel } from './past-targets.read-model.js';
import { ReleaseChainReadModel } from './release-chain.read-model.js';
import { ApplicationReleaseResolver, ReleaseChainResolver, ReleaseResultResolver } from './release-chain.resolver.js';
import { TargetHistoryResolver } from './target-history.resolver.js';

/** Answers what was: what ran where at a moment, what happened to a target, and what followed from a release. */
@Module({
  imports: [ReleaseReadModule, RolloutReadModule, TargetReadModule],
  providers: [
    PastTargetsReadModel, ReleaseChainReadModel, TargetAtResolver, ApplicationAtResolver, ClusterAtResolver, TargetSnapshotFieldsResolver, SnapshotAssignedResolver, SnapshotPlaceResolver,
    TransitionRolloutResolver, TargetHistoryResolver, ReleaseChainResolver, ReleaseResultResolver, ApplicationReleaseResolver,
  ],
})
export class HistoryModule {}
