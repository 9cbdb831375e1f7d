import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { formatRollout } from '../output/format-rollout.js';
import { formatTold, type RolloutWord, type ToldRollout } from '../output/format-told.js';
import { findRollout } from './find-rollout.js';
import { withNearNames } from './near-names.js';
import { printWarnings, WARNINGS, type StrategyWarning } from './print-warnings.js';
import { rolloutListCommand } from './rollout-list.js';
import { rolloutWatchCommand } from './rollout-watch.js';

const TOLD = 'hasChanged rollout { number state hurdles { kind stage gate message until } } userErrors { code field message hint details }';
const VERBS = [
  { verb: 'pause', mutation: 'pauseRollout', description: 'assign nothing more until it is resumed; what is under way goes on' },
  { verb: 'resume', mutation: 'resumeRollout', description: 'go on with a paused rollout' },
  { verb: 'abort', mutation: 'abortRollout', description: 'end a rollout where it stands; what was assigned stays so' },
  { verb: 'retry', mutation: 'retryRollout', description: 'try again what failed; a halted rollout goes on' },
] as const;

const EXAMPLES = `
Examples:
  capstan rollout show shop                        where it stands, what it waits for, and the commands that end the wait
  capstan rollout approve shop europe/qa           yes to gate qa of stage europe
  capstan rollout promote shop --reason 'urgent'   past what the stage waits for
  capstan rollout watch shop                       live, until it has ended`;

interface ShowOptions {
  readonly project: string;
  readonly number?: string;
  readonly output?: string;
}
interface TellOptions extends ShowOptions {
  readonly reason?: string;
  readonly comment?: string;
}

/** `capstan rollout list|show|watch|pause|resume|abort|retry|promote|approve APP`. */
export function rolloutCommand(context: CommandContext): Command {
  const group = new Command('rollout').description('how releases move over clusters, stage after stage').addHelpText('after', EXAMPLES);
  group.addCommand(rolloutListCommand(context)).addCommand(showCommand(context)).addCommand(rolloutWatchCommand(context));
  for (const { verb, mutation, description } of VERBS) {
    group.addCommand(onRollout(verb, description).option('--reason <text>', 'why, for the record').action((app: string, options: TellOptions) => tell(context, app, options, mutation, { reason: options.reason ?? null }, verb)));
  }
  group.addCommand(
    onRollout('promote', 'let the stage at which it stands pass its gates, its soak, and clusters that are away or held')
      .requiredOption('--reason <text>', 'why, for the record (required)')
      .action((app: string, options: TellOptions) => tell(context, app, options, 'promoteStage', { reason: options.reason }, 'promote')),
  );
  return group.addCommand(approveCommand(context));
}

function onRollout(verb: string, description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<app>', 'NAME or app/NAME')
    .option('-n, --number <number>', 'which rollout; the one under way, else the newest, if left out')
    .option('-p, --project <name>', 'the project', 'default');
}

function showCommand(context: CommandContext): Command {
  return onRollout('show', 'where a rollout stands, and what it waits for')
    .option('-o, --output <format>', 'text | json', 'text')
    .action(async (app: string, { project, number, output }: ShowOptions) => {
      if (output !== 'text' && output !== 'json') throw usage(`unknown output: ${String(output)}`, 'The outputs are text and json.');
      const { rollout, application } = await findRollout(context, app, project, number);
      context.out(output === 'json' ? `${JSON.stringify(rollout, null, 2)}\n` : formatRollout(rollout, { application, project }, context.clock.now()));
      const { rollout: odd } = await context.hub.query<{ readonly rollout: { readonly warnings: readonly StrategyWarning[] } | null }>(`query Warnings($id: ID!) { rollout(id: $id) { ${WARNINGS} } }`, { id: rollout.id }, context.signal);
      printWarnings(context, odd?.warnings ?? [], `rollout ${rollout.number}`);
    });
}

function approveCommand(context: CommandContext): Command {
  return new Command('approve')
    .description('say yes to a gate that waits for people')
    .argument('<app>', 'NAME or app/NAME')
    .argument('<gate>', 'STAGE/GATE, as shown by: capstan rollout show APP')
    .option('-n, --number <number>', 'which rollout; the one under way, else the newest, if left out')
    .option('-p, --project <name>', 'the project', 'default')
    .option('--comment <text>', 'what is kept with the approval')
    .action(async (app: string, text: string, options: TellOptions) => {
      const [stage, gate, ...more] = text.split('/');
      if (stage === undefined || gate === undefined || stage === '' || gate === '' || more.length > 0) throw usage(`not a gate: ${text}`, await gatesToWrite(context, app, options));
      await tell(context, app, options, 'approveGate', { stage, gate, comment: options.comment ?? null }, 'approve', { stage, gate });
    });
}

async function tell(context: CommandContext, app: string, { project, number }: ShowOptions, mutation: string, input: Readonly<Record<string, unknown>>, word: RolloutWord, gate?: { readonly stage: string; readonly gate: string }): Promise<void> {
  const { rollout, application } = await findRollout(context, app, project, number);
  const document = `mutation Tell($input: ${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { ${TOLD} } }`;
  const told = await withNearNames(context, { project, application }, context.hub.mutate<ToldRollout>(document, mutation, { rollout: rollout.id, ...input }, context.signal));
  context.out(formatTold(word, told, { application, project }, context.clock.now(), gate));
}

/** The gates that one could have meant; a hub that does not tell them stands in nobody's way. */
async function gatesToWrite(context: CommandContext, app: string, { project, number }: ShowOptions): Promise<string> {
  try {
    const { rollout } = await findRollout(context, app, project, number);
    const waiting = rollout.hurdles.flatMap(({ kind, stage, gate }) => (kind === 'APPROVAL' && stage !== null && gate !== null ? [`${stage}/${gate}`] : []));
    return waiting.length === 0 ? 'Write STAGE/GATE; none waits for people now.' : `Write STAGE/GATE; these wait for people: ${waiting.join(', ')}.`;
  } catch {
    return 'Write STAGE/GATE.';
  }
}
