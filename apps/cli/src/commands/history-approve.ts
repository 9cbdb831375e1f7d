import { Command } from 'commander';
import type { CommandContext } from '../context.js';

const APPROVE = `mutation Approve($input: ApproveHistoryRewriteInput!) { approveHistoryRewrite(input: $input) { repository { name } userErrors { code field message hint details } } }`;

interface Options {
  readonly project: string;
  readonly from?: string;
}

/** `capstan history approve REPOSITORY REF COMMIT`: lets a ref that left its history go on from this commit, and from no other. */
export function historyApproveCommand(context: CommandContext): Command {
  return new Command('approve')
    .description('let a ref that was force-pushed, deleted and made again, or moved go on from this commit')
    .argument('<repository>', 'the name of the repository')
    .argument('<ref>', 'as applications write it in source.ref')
    .argument('<commit>', 'the full id, as shown by: capstan describe repository/REPOSITORY')
    .option('-p, --project <name>', 'the project', 'default')
    .option('--from <commit>', 'refuse when the ref was followed up to another commit than this one')
    .action(async (name: string, ref: string, commit: string, { project, from }: Options) => {
      await context.hub.mutate(APPROVE, 'approveHistoryRewrite', { project, name, ref, commit, ...(from === undefined ? {} : { fromCommit: from }) }, context.signal);
      context.out(`repository/${name} approved: ${ref} goes on from ${commit} with the next look\n`);
    });
}
