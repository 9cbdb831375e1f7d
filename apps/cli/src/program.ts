import { didYouMean } from '#kernel';
import { Command } from 'commander';
import { usage } from './cli-error.js';
import type { CommandContext } from './context.js';
import { applyCommand } from './commands/apply.js';
import { clusterCommand } from './commands/cluster-join.js';
import { deleteCommand } from './commands/delete.js';
import { deployCommand } from './commands/deploy.js';
import { describeCommand } from './commands/describe.js';
import { explainCommand } from './commands/explain.js';
import { getCommand } from './commands/get.js';
import { historyCommand } from './commands/history.js';
import { labelCommand } from './commands/label.js';
import { logsCommand } from './commands/logs.js';
import { measuresCommand } from './commands/measures.js';
import { pruneCommand } from './commands/prune-approve.js';
import { gitWriteCommand } from './commands/git-write.js';
import { holdCommand, rollbackCommand } from './commands/rollback.js';
import { rolloutCommand } from './commands/rollout.js';
import { syncCommand } from './commands/sync.js';
import { testCommand } from './commands/test.js';
import { tokenCommand } from './commands/token.js';
import { treeCommand } from './commands/tree.js';
import { validatorCommand } from './commands/validator.js';
import { waitCommand } from './commands/wait.js';
import { EXIT_CODE_HELP } from './exit-codes.js';

const AFTER_HELP = `
Environment:
  CAPSTAN_SERVER       the hub (default http://localhost:8080)
  CAPSTAN_TOKEN        the API token
  CAPSTAN_TOKEN_FILE   a file that holds it; wins over CAPSTAN_TOKEN

Exit codes: capstan help exit-codes`;

/** The whole command line, wired to a context. Commander's own exits are thrown, so that one place decides the exit code. */
export function capstanProgram(context: CommandContext, version: string): Command {
  const program = new Command('capstan')
    .description('GitOps for fleets of Kubernetes clusters')
    .version(version, '-V, --version')
    .addHelpText('after', AFTER_HELP);
  const commands = [
    clusterCommand, applyCommand, getCommand, describeCommand, explainCommand, treeCommand, logsCommand, testCommand, syncCommand, waitCommand, rolloutCommand, deployCommand, rollbackCommand, holdCommand, gitWriteCommand, labelCommand, deleteCommand, pruneCommand, historyCommand, measuresCommand, tokenCommand, validatorCommand,
  ];
  for (const command of commands) program.addCommand(command(context));
  program.addCommand(new Command('version').description('the version of this command line').action(() => context.out(`${version}\n`)));
  program.addCommand(helpCommand(context, program));
  prepare(program, context);
  return program;
}

/** Every error of the command line ends with where to read on. */
function prepare(command: Command, context: CommandContext, path = 'capstan'): void {
  command
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeOut: context.out, writeErr: context.err })
    .configureHelp({ helpWidth: Math.min(120, context.terminal?.size().columns ?? 120), minWidthToWrap: 20 })
    .showSuggestionAfterError(true)
    .showHelpAfterError(`  next: ${path} --help`);
  for (const child of command.commands) prepare(child, context, `${path} ${child.name()}`);
}

/** `capstan help`, `capstan help get`, `capstan help cluster join`, `capstan help exit-codes`. */
function helpCommand(context: CommandContext, program: Command): Command {
  return new Command('help')
    .description('help for a command, or: exit-codes')
    .argument('[topic...]', 'a command, or exit-codes')
    .action((topic: readonly string[]) => {
      if (topic[0] === 'exit-codes') return context.out(EXIT_CODE_HELP);
      let command = program;
      for (const word of topic) {
        const child = command.commands.find((known) => known.name() === word);
        if (child === undefined) throw usage(`no help for ${topic.join(' ')}`, didYouMean(word, [...command.commands.map((known) => known.name()), 'exit-codes'], 'capstan help lists the commands.'));
        command = child;
      }
      context.out(command.helpInformation() + (command === program ? `${AFTER_HELP}\n` : ''));
    });
}
