import { Command } from 'commander';
import { CliError, notFound, usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { parseDuration } from './parse-duration.js';
import { parseReference } from './resources.js';

type Goal = 'synced' | 'healthy' | 'deleted';
interface Observation {
  readonly name: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly currentRelease: { readonly number: number } | null;
  readonly activeRollout: { readonly number: number; readonly state: string } | null;
  readonly targetCounts: { readonly total: number; readonly synced: number; readonly healthy: number };
  readonly targets: { readonly edges: readonly { readonly node: { readonly name: string; readonly sync: string; readonly health: string; readonly reason: string; readonly message: string } }[] };
}

const OBSERVE = `query Wait($project: String, $name: String!) { application(project: $project, name: $name) { name reason message currentRelease { number } activeRollout { number state }
  targetCounts { total synced healthy } targets(first: 200) { edges { node { name sync health reason message } } } } }`;
const POLL_MS = 500;

/** `capstan wait app/NAME --for=synced|healthy|deleted --timeout 2m`: prints what it still waits for, exit 3 when time is up. */
export function waitCommand(context: CommandContext): Command {
  return new Command('wait')
    .description('wait until an app is synced, healthy or deleted')
    .argument('<reference...>', 'app/NAME')
    .requiredOption('--for <goal>', 'synced | healthy | deleted')
    .option('--timeout <duration>', 'give up after this long, such as 90s or 2m', '2m')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (words: readonly string[], options: { readonly for: string; readonly timeout: string; readonly project: string }) => {
      const { kind, name } = parseReference(words);
      if (kind.singular !== 'application') throw usage(`only applications can be waited for, not ${kind.plural}`);
      const goal = (['synced', 'healthy', 'deleted'] as const).find((known) => known === options.for);
      if (goal === undefined) throw usage(`unknown goal: ${options.for}`, 'Use --for=synced, --for=healthy or --for=deleted.');
      await waitFor(context, { name, project: options.project, goal, timeoutMs: parseDuration(options.timeout) });
    });
}

async function waitFor(context: CommandContext, wanted: { readonly name: string; readonly project: string; readonly goal: Goal; readonly timeoutMs: number }): Promise<void> {
  const deadline = context.monotonic.nowMs() + wanted.timeoutMs;
  let said = '';
  for (;;) {
    const { application } = await context.hub.query<{ readonly application: Observation | null }>(OBSERVE, { project: wanted.project, name: wanted.name }, context.signal);
    const missing = whatIsMissing(application, wanted.goal);
    if (missing === undefined) {
      context.out(`app/${wanted.name} ${wanted.goal}\n`);
      return;
    }
    if (application === null) throw notFound(`application ${wanted.name}`, 'capstan get apps shows what there is.');
    if (missing !== said) context.err(`waiting for app/${wanted.name}: ${missing}\n`);
    said = missing;
    if (context.monotonic.nowMs() >= deadline) throw new CliError(EXIT.WAIT_FAILED, `app/${wanted.name} is not ${wanted.goal}`, missing, `capstan describe app/${wanted.name} says more.`);
    await context.timers.sleep(POLL_MS, context.signal);
  }
}

/** What still keeps the goal from being true, or undefined when it is. */
export function whatIsMissing(application: Observation | null, goal: Goal): string | undefined {
  if (goal === 'deleted') return application === null ? undefined : `${application.targetCounts.total} targets are left`;
  if (application === null) return 'it does not exist';
  if (application.reason !== null && application.currentRelease === null) return `${application.reason}: ${application.message ?? ''}`;
  if (application.currentRelease === null) return 'it has no release yet';
  const { total, synced, healthy } = application.targetCounts;
  const reached = goal === 'synced' ? synced : healthy;
  const laggards = application.targets.edges.map((edge) => edge.node).filter((t) => t.sync !== 'SYNCED' || (goal === 'healthy' && t.health !== 'HEALTHY'));
  const named = laggards.slice(0, 3).map((t) => `${t.name} is ${t.sync}/${t.health} (${t.reason})`).join('; ');
  if (synced < total || reached < total) return `${reached}/${total} ${goal}${named === '' ? '' : `; ${named}`}`;
  if (application.activeRollout !== null) return `rollout ${application.activeRollout.number} is ${application.activeRollout.state}`;
  return total === 0 ? 'its selector matches no cluster' : undefined;
}
