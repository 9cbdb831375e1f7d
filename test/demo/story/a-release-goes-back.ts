import { PROD_OVERLAY, unreadyProdOverlay } from '../cast/fleet-repository.js';
import { PROD_EU } from '../cast/fleet.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { expectThat } from './expect-that.js';
import { clusterNamed, shopImage } from './live-objects.js';
import { explanationOf, statesIn, untilRollout } from './watch-rollout.js';
import { isSyncedTo, untilTargets } from './watch-target.js';

const APPLICATION = 'shop-prod';
const DEADLINE = '10s';

async function everyProductionShopRuns(stage: Stage, image: string): Promise<void> {
  for (const { name, labels } of stage.parts) if (labels.env === 'prod') expectThat(`${name} runs ${image}`, (await shopImage(stage, clusterNamed(stage, name))) === image);
}

/** Returns the commit whose release failed, for the next chapter to revert. */
export async function aReleaseThatFailsGoesBack(stage: Stage, narrator: Narrator): Promise<string> {
  const { hub, scene, fleet, content } = stage;
  narrator.chapter('7. A release that never becomes healthy');
  await narrator.step(`production goes in stages from now on: ${PROD_EU.name} first, and back by itself when it is not healthy within ${DEADLINE}`, () =>
    hub.api.mutate('updateApplication', {
      project: 'default', name: APPLICATION,
      spec: {
        source: { repository: 'fleet', ref: 'main', path: 'apps/shop/overlays/prod' }, selector: { matchLabels: { env: 'prod' } }, namespace: scene.shop,
        strategy: { kind: 'STAGED', onFailure: 'ROLLBACK', stages: [{ name: 'canary', selector: { matchLabels: { region: PROD_EU.labels.region } }, deadline: DEADLINE }, { name: 'rest', selector: { all: true } }] },
      },
    }));
  const commit = await narrator.step('git push: a tag that nobody has built', () => fleet.commit({ [PROD_OVERLAY]: unreadyProdOverlay(content) }, 'prod: the next version'), (id) => id.slice(0, 8));
  await narrator.step(
    'the canary gets it, and nobody else',
    () => untilRollout(stage, APPLICATION, commit, 'is in its canary', ({ targets }) => targets.some(({ state, target }) => state === 'MOVING' && target.cluster.name === PROD_EU.name)),
    ({ hurdles }) => hurdles[0]?.message ?? '',
  );
  const back = await narrator.step(
    'not healthy in time: the rollout halts and takes it back',
    () => untilRollout(stage, APPLICATION, commit, 'is rolled back', ({ state }) => state === 'ROLLED_BACK'),
    ({ reason }) => reason ?? '',
  );
  const states = statesIn(back);
  narrator.show(Object.entries(states).map(([cluster, state]) => `${cluster.padEnd(10)} ${state}`).join('\n'));
  for (const [cluster, state] of Object.entries(states)) expectThat(`${cluster} was ${cluster === PROD_EU.name ? 'taken back' : 'never touched'}`, state === (cluster === PROD_EU.name ? 'REVERTED' : 'SKIPPED'));
  await everyProductionShopRuns(stage, content.after);
  return commit;
}

export async function liftedHoldLetsTheFixThrough(stage: Stage, narrator: Narrator, failed: string): Promise<void> {
  const { hub, fleet, content } = stage;
  const fix = await narrator.step('git revert, git push: the hold keeps production where it is', () => fleet.revert(failed), (id) => id.slice(0, 8));
  await narrator.step('the fix waits', () => untilRollout(stage, APPLICATION, fix, 'waits for the hold', ({ hurdles }) => hurdles.some(({ kind }) => kind === 'HELD')));
  const explanation = await narrator.step(`capstan explain ${APPLICATION}@${PROD_EU.name}`, () => explanationOf(stage, `${APPLICATION}@${PROD_EU.name}`));
  narrator.show(explanation);
  expectThat('the explanation names the hold, and how to lift it', /^-> The target is held /m.test(explanation) && explanation.includes(`capstan hold lift ${APPLICATION}`));
  await narrator.step('a person lifts the hold', async () => {
    await hub.api.mutate('liftHold', { project: 'default', application: APPLICATION, reason: 'reverted in Git' });
    await untilTargets(stage, APPLICATION, 'production runs the fix', (all) => all.length > 0 && all.every(isSyncedTo(fix)));
  }, () => `production runs ${fix.slice(0, 8)}`);
  await everyProductionShopRuns(stage, content.after);
}
