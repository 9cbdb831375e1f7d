import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { ApplicationReadModule } from '../applications/index.js';
import { ClusterReadModule } from '../clusters/index.js';
import { PlacementModule } from '../placement/index.js';
import { ReleaseReadModule } from '../releases/index.js';
import { AgentQuestions } from './agent-questions.js';
import { ApprovePrune } from './approve-prune.js';
import { ConfirmFactMismatch } from './confirm-fact-mismatch.js';
import { DescribedObjectResolver } from './described-object.resolver.js';
import { FactMismatchResolver } from './fact-mismatch.resolver.js';
import { FieldChangeValuesResolver } from './field-change-values.resolver.js';
import { LogRights } from './log-rights.js';
import { NoteLogAccess } from './note-log-access.js';
import { PodLogsResolver } from './pod-logs.resolver.js';
import { ResourceTreeResolver } from './resource-tree.resolver.js';
import { NoteTestRun } from './note-test-run.js';
import { TestRunResolver } from './test-run.resolver.js';
import { TargetChanges } from './target-changes.js';
import { TargetCountsReadModel } from './target-counts.read-model.js';
import { AssignedReleaseResolver, ObservedReleaseResolver, TargetFieldsResolver, TransitionReleaseResolver } from './target-fields.resolver.js';
import { ApplicationTargetsResolver, ClusterTargetsResolver } from './targets-of.resolver.js';
import { TargetReadModel } from './targets.read-model.js';
import { TargetResolver } from './targets.resolver.js';

/** The questions that other features ask about targets; stands alone, so that they may depend on it. */
@Module({ providers: [TargetReadModel, TargetCountsReadModel], exports: [TargetReadModel, TargetCountsReadModel] })
export class TargetReadModule {}

@Module({})
export class TargetsModule {
  /** @param ports modules that export AGENT_OBJECTS (questions to agents) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return {
      module: TargetsModule,
      imports: [TargetReadModule, ApplicationReadModule, ClusterReadModule, ReleaseReadModule, PlacementModule, ...ports],
      providers: [
        TargetResolver, TargetFieldsResolver, AssignedReleaseResolver, ObservedReleaseResolver, TransitionReleaseResolver, ApplicationTargetsResolver, ClusterTargetsResolver,
        AgentQuestions, DescribedObjectResolver, ResourceTreeResolver, PodLogsResolver, TestRunResolver, NoteTestRun, NoteLogAccess, LogRights, FieldChangeValuesResolver, FactMismatchResolver, TargetChanges, ApprovePrune, ConfirmFactMismatch,
      ],
    };
  }
}
