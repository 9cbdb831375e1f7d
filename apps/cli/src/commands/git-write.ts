import { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { printable } from '../output/printable.js';

const RETRY = `mutation Retry($input: RetryGitWriteInput!) { retryGitWrite(input: $input) { gitWrite { branch newBranch } userErrors { code field message hint details } } }`;

/** `capstan git-write retry ID`: a commit that failed is tried once more. */
export function gitWriteCommand(context: CommandContext): Command {
  const retry = new Command('retry')
    .description('try a commit that failed once more')
    .argument('<id>', 'as `capstan get git-writes -a APP` shows it')
    .action(async (id: string) => {
      type Payload = { readonly gitWrite: { readonly branch: string; readonly newBranch: string | null } | null };
      const { gitWrite } = await context.hub.mutate<Payload>(RETRY, 'retryGitWrite', { id: id.replace(/^git-write\//, '') }, context.signal);
      if (gitWrite !== null) context.out(printable(`git-write/${id} is tried again, on ${gitWrite.newBranch ?? gitWrite.branch}\n`));
    });
  return new Command('git-write').description('commits that the hub writes').addCommand(retry);
}
