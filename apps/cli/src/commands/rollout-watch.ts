import { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { formatRollout, summarizeRollout, type RolloutDetail } from '../output/format-rollout.js';
import { findRollout, readRollout } from './find-rollout.js';

const POLL_MS = 1_000;
const WELL = ['SUCCEEDED'];
const ENDED = [...WELL, 'FAILED', 'HALTED', 'ROLLED_BACK', 'SUPERSEDED', 'ABORTED'];

/** `capstan rollout watch APP`: a line for each change until it ends; exit 3 when it did not succeed. */
export function rolloutWatchCommand(context: CommandContext): Command {
  return new Command('watch')
    .description('follow a rollout until it has ended or halted')
    .argument('<app>', 'NAME or app/NAME')
    .option('-n, --number <number>', 'which rollout; the one under way if left out')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (app: string, { project, number }: { readonly project: string; readonly number?: string }) => {
      const { rollout: first, application } = await findRollout(context, app, project, number);
      const rollout = await follow(context, first);
      context.out(`\n${formatRollout(rollout, application, context.clock.now())}`);
      if (!WELL.includes(rollout.state)) throw new CliError(EXIT.WAIT_FAILED, `rollout ${rollout.number} of app/${application} is ${rollout.state}`, rollout.reason ?? undefined, rollout.hurdles[0]?.message ?? `capstan rollout list ${application} shows what came after it.`);
    });
}

async function follow(context: CommandContext, first: RolloutDetail): Promise<RolloutDetail> {
  let said = '';
  for (let rollout = first; ; rollout = await readRollout(context, first.id)) {
    const line = summarizeRollout(rollout);
    if (line !== said) context.out(`${line}\n`);
    said = line;
    if (ENDED.includes(rollout.state)) return rollout;
    await context.timers.sleep(POLL_MS, context.signal);
  }
}
