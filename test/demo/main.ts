import { errorMessage } from '#kernel';
import { join } from 'node:path';
import { usualPorts } from '../stage/hub-ports.js';
import { StageBuilder } from '../stage/stage-builder.js';
import type { Stage } from './cast/stage.js';
import { Interruption } from './interruption.js';
import { invitation } from './invitation.js';
import { Narrator } from './narrator.js';
import { readOptions, USAGE, type DemoOptions } from './options.js';
import { prepareOwnContexts, removeLeftovers } from './own-contexts/own-contexts.js';
import { throwAwaySetting, type Setting } from './setting.js';
import { tellTheStory } from './story/tell-the-story.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SETTLE_MS = 35_000;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options.ok) {
    process.stderr.write(`demo: ${options.error}\n  next: npm run demo -- --help\n`);
    return 2;
  }
  if (options.value.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const narrator = new Narrator(process.stdout, process.env);
  const builder = new StageBuilder(ROOT, 'demo');
  const interruption = new Interruption(() => {
    narrator.say(`\nNot everything is cleared.${options.value.kubernetes === 'own' ? ' What is left on your clusters: npm run demo -- --remove --context ...' : ''}`);
    process.exit(130);
  });
  if (options.value.remove) return removeLeftovers(options.value, narrator, interruption.signal);
  let code = await perform(options.value, builder, narrator, interruption);
  try {
    await builder.clear();
  } catch (error) {
    narrator.say(`\nThe stage could not be cleared: ${errorMessage(error)}`);
    code = code === 0 ? 1 : code;
  }
  return code;
}

/** Everything but the clearing. */
async function perform(options: DemoOptions, builder: StageBuilder, narrator: Narrator, { signal, came }: Interruption): Promise<number> {
  try {
    const setting = options.kubernetes === 'own' ? await prepareOwnContexts(options, builder, narrator, signal) : throwAwaySetting(options);
    if (typeof setting === 'number') return setting;
    const telling = tell(setting, builder, narrator, signal);
    const stage = await Promise.race([telling, came.then(() => undefined)]);
    if (stage === undefined) {
      narrator.say('\nInterrupted. Clearing the stage ...');
      // the story notices at its next question: what it is just making is then known and goes too
      await Promise.race([telling.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref())]);
      return 130;
    }
    narrator.say(`\nThe story took ${narrator.elapsedSeconds.toFixed(0)} s, and every step happened as told.`);
    if (options.once) return 0;
    narrator.say(invitation(stage, options.kubernetes));
    await came;
    narrator.say('\nClearing the stage ...');
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    narrator.say(`\nThe story did not go as told: ${errorMessage(error)}`);
    return 1;
  }
}

async function tell(setting: Setting, builder: StageBuilder, narrator: Narrator, signal: AbortSignal): Promise<Stage> {
  narrator.say('Capstan: from a commit to every matching cluster.');
  narrator.chapter('Setting the stage');
  const directory = await builder.directory();
  const { git, fleet } = await narrator.step('a Git server', () => builder.git(), ({ git: server }) => `http://localhost:${server.port}`);
  await setting.prepare(ROOT);
  const hosts = await narrator.step(setting.title, () => setting.start(directory, builder, signal), setting.outcome);
  signal.throwIfAborted();
  const hub = await narrator.step('a hub with its PostgreSQL', async () => builder.hub(directory, {}, await usualPorts()), ({ api }) => api.url);
  const { parts, scene, content, patienceMs } = setting;
  const stage: Stage = { directory, root: ROOT, git, fleet, content, hub, parts, scene, clusters: [], patienceMs, signal };
  await tellTheStory(stage, hosts, builder, narrator);
  return stage;
}

process.exitCode = await main();
// what was cut short may still hold a timer or a socket
setTimeout(() => process.exit(), 2_000).unref();
