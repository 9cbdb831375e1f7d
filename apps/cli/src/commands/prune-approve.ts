import { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { formatRemoval } from '../output/format-removal.js';
import { parseTarget } from './parse-target.js';
import { pruneShowCommand, readRemoval } from './prune-show.js';

const APPROVE = `mutation Approve($input: ApprovePruneInput!) { approvePrune(input: $input) { target { name sync } userErrors { code field message hint details } } }`;

/** `capstan prune show TARGET` and `capstan prune approve TARGET DIGEST`, which agrees to exactly the plan with that digest, and to no other. */
export function pruneCommand(context: CommandContext): Command {
  const approve = new Command('approve')
    .description('approve the removal plan with this digest')
    .argument('<target>', '[PROJECT/]APPLICATION@CLUSTER')
    .argument('<digest>', 'as shown by: capstan prune show TARGET')
    .action(async (text: string, digest: string) => {
      const shown = await readRemoval(context, parseTarget(text, 'default'));
      const payload = await context.hub.mutate<{ readonly target: { readonly name: string } }>(APPROVE, 'approvePrune', { target: text.replace(/^targets?\//, ''), digest }, context.signal);
      // The hub has compared the digest with the plan that waits: what was read before is what was approved only where the digests agree.
      if (shown.observed?.pendingRemoval?.digest === digest) context.out(formatRemoval(shown));
      context.out(`target/${payload.target.name} approved: the agent goes on with exactly this plan\n`);
    });
  return new Command('prune').description('prunes and removals that wait for a person').addCommand(pruneShowCommand(context)).addCommand(approve);
}
