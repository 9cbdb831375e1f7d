import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { historyApproveCommand } from './history-approve.js';
import { showRollouts } from './history-of-app.js';
import { showChanges } from './history-of-target.js';
import type { HistoryRequest } from './history-request.js';
import { parseMoment } from './parse-moment.js';
import { parseTarget } from './parse-target.js';
import { showSnapshot } from './snapshot.js';

interface Options {
  readonly project: string;
  readonly output: string;
  readonly at?: string;
  readonly since?: string;
  readonly limit: string;
}

const EXAMPLES = `
Examples:
  capstan history shop                    the rollouts of app/shop, newest first
  capstan history shop@eu-1               everything that happened to it on cluster eu-1
  capstan history shop --at 2h            where it was two hours ago, and what ran there
  capstan history shop@eu-1 --at 2026-11-26T10:00:00Z
  capstan history cluster/eu-1 --at 7d    what was on the cluster a week ago`;

/** `capstan history APP[@CLUSTER] | cluster/NAME`: what happened, or with `--at` what ran where at a moment; `history approve` lets a rewritten ref go on. */
export function historyCommand(context: CommandContext): Command {
  return new Command('history')
    .description('what happened to an app, or to an app on a cluster; with --at: what ran where at a moment')
    .argument('<what>', 'APP, [PROJECT/]APP@CLUSTER, or cluster/NAME with --at')
    .option('--at <time>', 'as it was then: 2026-11-26T10:00:00Z, 2026-11-26, or how long ago: 90m, 2h, 7d')
    .option('--since <time>', 'from then on only')
    .option('--limit <number>', 'how many lines at most', '50')
    .option('-p, --project <name>', 'the project', 'default')
    .option('-o, --output <format>', 'table | json', 'table')
    .addHelpText('after', EXAMPLES)
    .addCommand(historyApproveCommand(context))
    .action(async (what: string, options: Options) => {
      const { project, output, at, since, limit } = options;
      if (output !== 'table' && output !== 'json') throw usage(`unknown output: ${output}`, 'The outputs are table and json.');
      if (!/^[1-9]\d{0,5}$/.test(limit)) throw usage(`not a number of lines: ${limit}`, 'Write --limit 100.');
      if (at !== undefined && since !== undefined) throw usage('--at is one moment, --since is many', 'Leave one of them out.');
      const now = context.clock.now();
      const isJson = output === 'json';
      if (at !== undefined) return showSnapshot(context, what, project, { at: parseMoment(at, now), isJson });
      if (/^clusters?\//.test(what)) throw usage('a cluster has no history of its own', `See what was on it at a moment: capstan history ${what} --at 1h`);
      const request: HistoryRequest = { since: since === undefined ? undefined : parseMoment(since, now), limit: Number(limit), isJson };
      return what.includes('@') ? showChanges(context, parseTarget(what, project), request) : showRollouts(context, { project, application: what.replace(/^(app|apps|application)\//, '') }, request);
    });
}
