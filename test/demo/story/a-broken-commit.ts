import { BROKEN_PROD_OVERLAY, PROD_OVERLAY } from '../cast/fleet-repository.js';
import { counted } from '../cast/fleet.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { expectThat } from './expect-that.js';
import { shopImage } from './live-objects.js';
import { untilTargets } from './watch-target.js';

async function everyShopRuns(stage: Stage, image: string): Promise<void> {
  for (const cluster of stage.clusters) expectThat(`${cluster.name} runs ${image}`, (await shopImage(stage, cluster)) === image);
}

/** Returns the commit that does not render, for the next chapter to revert. */
export async function aBrokenCommitIsKeptOut(stage: Stage, narrator: Narrator): Promise<string> {
  const production = stage.parts.filter(({ labels }) => labels.env === 'prod').length;
  narrator.chapter('5. A commit that does not render');
  const commit = await narrator.step('git push: the prod overlay names a base that is not there', () => stage.fleet.commit({ [PROD_OVERLAY]: BROKEN_PROD_OVERLAY }, 'prod: tidy up the overlay'), (id) => id.slice(0, 8));
  const targets = await narrator.step(
    'production keeps the last good state, and says why',
    () => untilTargets(stage, 'shop-prod', `${counted(production, 'target')} in the last good state`, (all) => all.length === production && all.every((t) => t.sync === 'KEPT_LAST_GOOD')),
    (all) => all[0]?.reason ?? '',
  );
  narrator.show(targets[0]?.message ?? '');
  await everyShopRuns(stage, stage.content.after);
  return commit;
}

export async function aRevertHealsIt(stage: Stage, narrator: Narrator, broken: string): Promise<void> {
  narrator.chapter('6. git revert');
  const commit = await narrator.step('git revert, git push', () => stage.fleet.revert(broken), (id) => id.slice(0, 8));
  await narrator.step(
    'everything is synced and healthy again',
    () => untilTargets(stage, 'shop-prod', 'production is synced again', (all) => all.length > 0 && all.every((t) => t.sync === 'SYNCED' && t.health === 'HEALTHY')),
    () => commit.slice(0, 8),
  );
  await everyShopRuns(stage, stage.content.after);
}
