import { BASE_DEPLOYMENT, shopDeployment } from '../cast/fleet-repository.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { expectThat } from './expect-that.js';
import { shopImage } from './live-objects.js';
import { isSyncedTo, targetsOf, untilTargets, type TargetView } from './watch-target.js';

const shopTargets = (targets: readonly TargetView[]): readonly TargetView[] => targets.filter((t) => t.name.includes('/shop-'));

export async function aCommitToTheBaseRollsThrough(stage: Stage, narrator: Narrator): Promise<void> {
  const { clusters, content } = stage;
  const image = content.after.slice(content.after.lastIndexOf('/') + 1);
  narrator.chapter('3. A commit to the base reaches every overlay, and nobody else');
  const before = (await targetsOf(stage, 'node-report'))[0]?.assigned?.release.number;
  const commit = await narrator.step(`git push: ${image}, in base/deployment.yaml`, () => stage.fleet.commit({ [BASE_DEPLOYMENT]: shopDeployment(content.after) }, image), (id) => id.slice(0, 8));
  await narrator.step(
    'a release for every overlay, on every cluster that runs it',
    () => untilTargets(stage, undefined, 'the shops run the new commit', (all) => shopTargets(all).length === clusters.length && shopTargets(all).every(isSyncedTo(commit))),
    (all) => `${shopTargets(all).length} targets on ${commit.slice(0, 8)}`,
  );
  for (const cluster of clusters) expectThat(`${cluster.name} runs ${image}`, (await shopImage(stage, cluster)) === content.after);
  const after = (await targetsOf(stage, 'node-report'))[0]?.assigned?.release.number;
  expectThat('node-report got no release from a commit that does not concern it', before !== undefined && after === before);
  narrator.show(`node-report stays at release ${String(after)}: nothing that it renders has changed`);
}
