import type { StageBuilder } from '../../stage/stage-builder.js';
import type { DemoHost } from '../cast/cluster.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { aBrokenCommitIsKeptOut, aRevertHealsIt } from './a-broken-commit.js';
import { aCommitToTheBaseRollsThrough } from './a-commit-rolls-through.js';
import { aReleaseThatFailsGoesBack, liftedHoldLetsTheFixThrough } from './a-release-goes-back.js';
import { applicationsReachTheirClusters } from './applications-arrive.js';
import { clustersJoin } from './clusters-join.js';
import { driftIsShownAndUndone } from './drift-is-undone.js';
import { theAuditLogsAgree } from './the-witness.js';

/** The chapters in their order. @throws at the first that does not happen as told */
export async function tellTheStory(stage: Stage, hosts: readonly DemoHost[], builder: StageBuilder, narrator: Narrator): Promise<void> {
  await clustersJoin(stage, hosts, builder, narrator);
  await applicationsReachTheirClusters(stage, narrator);
  await aCommitToTheBaseRollsThrough(stage, narrator);
  await driftIsShownAndUndone(stage, narrator);
  const broken = await aBrokenCommitIsKeptOut(stage, narrator);
  await aRevertHealsIt(stage, narrator, broken);
  const failed = await aReleaseThatFailsGoesBack(stage, narrator);
  await liftedHoldLetsTheFixThrough(stage, narrator, failed);
  await theAuditLogsAgree(stage, narrator);
}
