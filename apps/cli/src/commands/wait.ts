import { didYouMean } from '#kernel';
import { Command } from 'commander';
import { CliError, usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { EXIT } from '../exit-codes.js';
import { printable } from '../output/printable.js';
import { parseDuration } from './parse-duration.js';
import { parseReference } from './resources.js';
import { GOALS, whatIsMissing, type Goal, type WaitObservation } from './what-is-missing.js';

const OBSERVE = `query Wait($project: String, $name: String!) { application(project: $project, name: $name) { reason message currentRelease { number commit } activeRollout { number state }
  targetCounts { total synced healthy } targets(first: 200) { edges { node { name sync health reason message } } } } }`;
const POLL_MS = 500;

interface WaitOptions {
  readonly for: string;
  readonly timeout: string;
  readonly project: string;
  readonly commit?: string;
}

/** `capstan wait app/NAME --for=synced|healthy|deleted --timeout 2m`: prints what it still waits for, exit 3 when time is up. */
export function waitCommand(context: CommandContext): Command {
  return new Command('wait')
    .description('wait until an app is synced, healthy or deleted')
    .argument('<reference...>', 'app/NAME')
    .requiredOption('--for <goal>', `${GOALS.join(' | ')} (required)`)
    .option('--commit <sha>', 'of the release of this commit, which must change something that the app renders: right after a push the hub may not have seen it')
    .option('--timeout <duration>', 'give up after this long, such as 90s or 2m', '2m')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (words: readonly string[], options: WaitOptions) => {
      const { kind, name } = parseReference(words);
      if (kind.singular !== 'application') throw usage(`only apps can be waited for, not ${kind.plural}`);
      const goal = GOALS.find((known) => known === options.for);
      if (goal === undefined) throw usage(`unknown goal: ${options.for}`, didYouMean(options.for, GOALS, `Use one of ${GOALS.join(', ')}.`));
      if (options.commit !== undefined && !/^[0-9a-f]{7,64}$/.test(options.commit)) throw usage(`not a commit: ${options.commit}`, 'Give at least 7 digits of its id: --commit $(git rev-parse HEAD).');
      await waitFor(context, { name, project: options.project, goal, commit: options.commit, timeoutMs: parseDuration(options.timeout) });
    });
}

interface Wanted {
  readonly name: string;
  readonly project: string;
  readonly goal: Goal;
  readonly commit: string | undefined;
  readonly timeoutMs: number;
}

async function waitFor(context: CommandContext, wanted: Wanted): Promise<void> {
  const deadline = context.monotonic.nowMs() + wanted.timeoutMs;
  let said = '';
  for (;;) {
    const { application } = await context.hub.query<{ readonly application: WaitObservation | null }>(OBSERVE, { project: wanted.project, name: wanted.name }, context.signal);
    const missing = whatIsMissing(application, wanted.goal, wanted.commit);
    if (missing === undefined) {
      context.out(`app/${wanted.name} ${wanted.goal}\n`);
      return;
    }
    if (application === null) throw await notFoundNear(context, `application ${wanted.name}`, { project: wanted.project, application: wanted.name }, 'capstan get apps shows what there is.');
    if (missing !== said) context.err(printable(`waiting for app/${wanted.name}: ${missing}\n`));
    said = missing;
    if (context.monotonic.nowMs() >= deadline) throw new CliError(EXIT.WAIT_FAILED, `app/${wanted.name} is not ${wanted.goal}`, missing, `capstan describe app/${wanted.name} says more.`);
    await context.timers.sleep(POLL_MS, context.signal);
  }
}
