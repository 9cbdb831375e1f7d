import { Module } from '@nestjs/common';
import { ApplicationReadModule } from '../applications/index.js';
import { GitWriteModule } from '../git-writes/index.js';
import { ProjectsModule } from '../projects/index.js';
import { RolloutReadModule, RolloutWriteModule } from '../rollouts/index.js';
import { TargetReadModule } from '../targets/index.js';
import { LiftHold } from './lift-hold.js';
import { RollBack } from './roll-back.js';
import { RollbacksResolver } from './rollbacks.resolver.js';

/** Going back, and staying there. */
@Module({ imports: [ApplicationReadModule, GitWriteModule, ProjectsModule, RolloutReadModule, RolloutWriteModule, TargetReadModule], providers: [LiftHold, RollBack, RollbacksResolver] })
export class RollbacksModule {}
