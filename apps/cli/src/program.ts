import { Command } from 'commander';
import type { CommandContext } from './context.js';
import { applyCommand } from './commands/apply.js';
import { clusterCommand } from './commands/cluster-join.js';
import { deleteCommand } from './commands/delete.js';
import { describeCommand } from './commands/describe.js';
import { getCommand } from './commands/get.js';
import { labelCommand } from './commands/label.js';
import { pruneCommand } from './commands/prune-approve.js';
import { syncCommand } from './commands/sync.js';
import { waitCommand } from './commands/wait.js';
import { EXIT_CODE_HELP } from './exit-codes.js';

/** The whole command line, wired to a context. Commander's own exits are thrown, so that one place decides the exit code. */
export function capstanProgram(context: CommandContext, version: string): Command {
  const program = new Command('capstan')
    .description('GitOps for fleets of Kubernetes clusters')
    .version(version, '-V, --version')
    .addHelpText('after', '\nEnvironment:\n  CAPSTAN_SERVER       the hub (default http://localhost:8080)\n  CAPSTAN_TOKEN[_FILE]  the API token, or a file that holds it\n\nExit codes: capstan help-exit-codes')
    .showSuggestionAfterError(true);
  for (const command of [clusterCommand, applyCommand, getCommand, describeCommand, syncCommand, waitCommand, labelCommand, deleteCommand, pruneCommand]) program.addCommand(command(context));
  program.addCommand(new Command('help-exit-codes').description('what each exit code means').action(() => context.out(EXIT_CODE_HELP)));
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.exitOverride().configureOutput({ writeOut: context.out, writeErr: context.err });
  }
  return program;
}
