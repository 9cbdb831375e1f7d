import { Module } from '@nestjs/common';
import { ApplicationReadModule } from '../applications/index.js';
import { ProjectsModule } from '../projects/index.js';
import { ReleaseReadModule } from '../releases/index.js';
import { RolloutReadModule } from '../rollouts/index.js';
import { TargetReadModule } from '../targets/index.js';
import { DeploymentMeasuresReadModel } from './deployment-measures.read-model.js';
import { DeploymentMeasuresResolver } from './deployment-measures.resolver.js';
import { SnapshotAssignedResolver, SnapshotPlaceResolver, TargetSnapshotFieldsResolver, TransitionRolloutResolver } from './past-fields.resolver.js';
import { ApplicationAtResolver, ClusterAtResolver, TargetAtResolver } from './past.resolver.js';
import { PastTargetsReadModel } from './past-targets.read-model.js';
import { ReleaseChainReadModel } from './release-chain.read-model.js';
import { ApplicationReleaseResolver, ReleaseChainResolver, ReleaseResultResolver } from './release-chain.resolver.js';
import { TargetHistoryResolver } from './target-history.resolver.js';

/** Answers what was: what ran where at a moment, what happened to a target, what followed from a release, and how well releases go. */
@Module({
  imports: [ApplicationReadModule, ProjectsModule, ReleaseReadModule, RolloutReadModule, TargetReadModule],
  providers: [
    PastTargetsReadModel, ReleaseChainReadModel, TargetAtResolver, ApplicationAtResolver, ClusterAtResolver, TargetSnapshotFieldsResolver, SnapshotAssignedResolver, SnapshotPlaceResolver,
    DeploymentMeasuresReadModel, DeploymentMeasuresResolver, TransitionRolloutResolver, TargetHistoryResolver, ReleaseChainResolver, ReleaseResultResolver, ApplicationReleaseResolver,
  ],
})
export class HistoryModule {}
