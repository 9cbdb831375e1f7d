import { Module } from '@nestjs/common';
import { ApplicationReadModule } from '../applications/index.js';
import { ClusterReadModule } from '../clusters/index.js';
import { ReleaseReadModule } from '../releases/index.js';
import { RolloutReadModule } from '../rollouts/index.js';
import { TargetReadModule } from '../targets/index.js';
import { ExplanationReadModel } from './explanation.read-model.js';
import { ExplanationsResolver } from './explanations.resolver.js';

/** Answers "why": why an application is on a cluster as it is, or is not there. */
@Module({ imports: [ApplicationReadModule, ClusterReadModule, ReleaseReadModule, RolloutReadModule, TargetReadModule], providers: [ExplanationReadModel, ExplanationsResolver] })
export class ExplanationsModule {}
