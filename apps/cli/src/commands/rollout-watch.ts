import { systemRandom } from '#runtime';
import { Command } from 'commander';
import { CliError, usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { foldLines } from '../output/fold-lines.js';
import { formatRollout, summarizeRollout, type ApplicationNames, type RolloutDetail } from '../output/format-rollout.js';
import { commandsFor } from '../output/hurdle.js';
import { inCommands } from '../output/in-commands.js';
import { paste } from '../output/paste.js';
import { TerminalScreen, type Terminal } from '../output/terminal-screen.js';
import { findRollout } from './find-rollout.js';
import { followRollout } from './follow-rollout.js';

const WELL = ['SUCCEEDED'];
const ENDED = [...WELL, 'FAILED', 'HALTED', 'ROLLED_BACK', 'SUPERSEDED', 'ABORTED'];

interface WatchOptions {
  readonly project: string;
  readonly number?: string;
  readonly output: string;
}

/** Shows a rollout as it moves. */
interface Watcher {
  show(rollout: RolloutDetail): void;
  /** A second has gone by. */
  tick(): void;
  away(why: string): void;
  /** Nothing more is shown: it has ended, or was interrupted. */
  end(last: RolloutDetail): void;
}

/** `capstan rollout watch APP`: live on a terminal, else a line for each change, until it ends; exit 3 when it did not succeed. */
export function rolloutWatchCommand(context: CommandContext): Command {
  return new Command('watch')
    .description('follow a rollout until it has ended or halted: live on a terminal, else a line for each change')
    .argument('<app>', 'NAME or app/NAME')
    .option('-n, --number <number>', 'which rollout; the one under way, else the newest, if left out')
    .option('-p, --project <name>', 'the project', 'default')
    .option('-o, --output <format>', 'text | json, a line for each change', 'text')
    .action(async (app: string, { project, number, output }: WatchOptions) => {
      if (output !== 'text' && output !== 'json') throw usage(`unknown output: ${output}`, 'The outputs are text and json.');
      const { rollout: first, application } = await findRollout(context, app, project, number);
      const names = { application, project };
      const watcher = output === 'json' ? inJson(context) : context.terminal === undefined ? inLines(context, names) : onScreen(context, names, context.terminal);
      const rollout = await watch(context, first, watcher);
      if (!WELL.includes(rollout.state)) throw new CliError(EXIT.WAIT_FAILED, `rollout ${rollout.number} of app/${application} is ${rollout.state}`, rollout.reason ?? undefined, wayOn(rollout, names));
    });
}

async function watch(context: CommandContext, first: RolloutDetail, watcher: Watcher): Promise<RolloutDetail> {
  let last = first;
  try {
    for await (const news of followRollout(context, first.id, systemRandom)) {
      if (news.kind === 'second') watcher.tick();
      else if (news.kind === 'away') watcher.away(news.why);
      else {
        last = news.rollout;
        watcher.show(last);
        if (ENDED.includes(last.state)) return last;
      }
    }
    throw new Error('following a rollout ends with an answer or an error');
  } finally {
    watcher.end(last);
  }
}

function inJson(context: CommandContext): Watcher {
  let said = '';
  return {
    show: (rollout) => {
      const line = JSON.stringify(rollout);
      if (line !== said) context.out(`${line}\n`);
      said = line;
    },
    tick: () => undefined,
    away: (why) => context.err(`${why}; trying again\n`),
    end: () => undefined,
  };
}

function inLines(context: CommandContext, names: ApplicationNames): Watcher {
  let said = '';
  return {
    show: (rollout) => {
      const line = summarizeRollout(rollout);
      if (line !== said) context.out(`${line}\n`);
      said = line;
    },
    tick: () => undefined,
    away: (why) => context.err(`${why}; trying again\n`),
    end: (last) => (ENDED.includes(last.state) ? context.out(`\n${formatRollout(last, names, context.clock.now())}`) : undefined),
  };
}

/** Drawn in place, each second anew for the times that are left; what stays at the end is plain text. */
function onScreen(context: CommandContext, names: ApplicationNames, terminal: Terminal): Watcher {
  const screen = new TerminalScreen(terminal);
  const columns = (): number => terminal.size().columns;
  let shown: RolloutDetail | undefined;
  let trouble = '';
  const draw = (): void => {
    if (shown !== undefined) screen.draw(`${foldLines(formatRollout(shown, names, context.clock.now()), columns())}${trouble}`);
  };
  return {
    show: (rollout) => {
      shown = rollout;
      trouble = '';
      draw();
    },
    tick: draw,
    away: (why) => {
      trouble = `\n${why}; this is how it was, trying again ...\n`;
      draw();
    },
    end: (last) => {
      screen.clear();
      context.out(formatRollout(last, names, context.clock.now()));
    },
  };
}

/** What a person can do about one that has not succeeded. */
function wayOn({ number: rollout, hurdles }: RolloutDetail, { application, project }: ApplicationNames): string {
  const [first] = hurdles;
  if (first === undefined) return `${paste('rollout list', [application], { project })} shows what came after it.`;
  const [command] = commandsFor(first, { application, project, rollout });
  return `${inCommands(first.message)}${command === undefined ? '' : ` ${command}`}`;
}
