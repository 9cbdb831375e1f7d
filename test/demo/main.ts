import { join } from 'node:path';
import { StageBuilder } from '../stage/stage-builder.js';
import type { Stage } from './cast/stage.js';
import { BASE_DEPLOYMENT } from './cast/fleet-repository.js';
import { Narrator } from './narrator.js';
import { readOptions, USAGE } from './options.js';
import { aBrokenCommitIsKeptOut, aCommitToTheBaseRollsThrough, applicationsReachTheirClusters, aRevertHealsIt, clustersJoin, driftIsShownAndUndone } from './story/chapters.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const narrator = new Narrator(process.stdout, process.env);
  const builder = new StageBuilder(ROOT, 'demo');
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  try {
    const told = await Promise.race([tell(builder, narrator), stopped.then(() => undefined)]);
    if (told === undefined) return 130;
    narrator.say(`\nThe story took ${narrator.elapsedSeconds.toFixed(0)} s, and every step happened as told.`);
    if (options.once) return 0;
    inviteToPlay(told, narrator);
    await stopped;
    narrator.say('\nClearing the stage ...');
    return 0;
  } catch (error) {
    narrator.say(`\nThe story did not go as told: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await builder.clear();
  }
}

async function tell(builder: StageBuilder, narrator: Narrator): Promise<Stage> {
  narrator.say('Capstan: from a commit to every matching cluster.');
  narrator.chapter('Setting the stage');
  const directory = await builder.directory();
  const { git, fleet } = await narrator.step('a Git server', () => builder.git(), ({ git: server }) => `http://localhost:${server.port}`);
  const hub = await narrator.step('a hub with its PostgreSQL', () => builder.hub(directory), ({ api }) => api.url);
  const stage: Stage = { directory, root: ROOT, git, fleet, hub, clusters: [] };
  await clustersJoin(stage, builder, narrator);
  await applicationsReachTheirClusters(stage, narrator);
  await aCommitToTheBaseRollsThrough(stage, narrator);
  await driftIsShownAndUndone(stage, narrator);
  const broken = await aBrokenCommitIsKeptOut(stage, narrator);
  await aRevertHealsIt(stage, narrator, broken);
  return stage;
}

function inviteToPlay(stage: Stage, narrator: Narrator): void {
  const { url, token } = stage.hub.api;
  narrator.say(`
It all stays up until you press Ctrl-C.

  API       ${url}/graphiql
  token     ${token}

  export CAPSTAN_SERVER=${url} CAPSTAN_TOKEN=${token}

Three things to try, in another terminal:

  1. See the fleet:            npm run --silent capstan -- get targets -o wide
                               npm run --silent capstan -- describe target/shop-prod@prod-eu
  2. Push a commit yourself:   git clone ${stage.fleet.url} fleet-demo
                               sed -i 's/shop:1.5.0/shop:1.6.0/' fleet-demo/${BASE_DEPLOYMENT}
                               git -C fleet-demo commit -am 'shop 1.6.0' && git -C fleet-demo push
                               npm run --silent capstan -- wait app/shop-prod --for=healthy --commit $(git -C fleet-demo rev-parse HEAD)
  3. Move a cluster:           npm run --silent capstan -- label cluster staging env=dev
                               The removal guard asks before an application loses its last cluster, and says how to go on.

More to paste: docs/api.md. Clean up with Ctrl-C here.
Logs and kubeconfigs: ${stage.directory}`);
}

process.exitCode = await main();
