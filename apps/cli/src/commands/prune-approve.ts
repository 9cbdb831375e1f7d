import { Command } from 'commander';
import type { CommandContext } from '../context.js';

const APPROVE = `mutation Approve($input: ApprovePruneInput!) { approvePrune(input: $input) { target { name sync } userErrors { code field message hint details } } }`;

/** `capstan prune approve TARGET DIGEST`: agrees to exactly the plan with that digest, and to no other. */
export function pruneCommand(context: CommandContext): Command {
  const approve = new Command('approve')
    .description('approve the removal plan with this digest')
    .argument('<target>', '[PROJECT/]APPLICATION@CLUSTER')
    .argument('<digest>', 'as shown by: capstan describe target/TARGET')
    .action(async (target: string, digest: string) => {
      const payload = await context.hub.mutate<{ readonly target: { readonly name: string } }>(APPROVE, 'approvePrune', { target, digest }, context.signal);
      context.out(`target/${payload.target.name} approved: the agent goes on with exactly this plan\n`);
    });
  return new Command('prune').description('prunes that wait for a person').addCommand(approve);
}
