import { Command } from 'commander';
import { stringify } from 'yaml';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { formatTree, type ResourceTreeData } from '../output/format-tree.js';
import { printable } from '../output/printable.js';
import { parseTarget, type TargetNames } from './parse-target.js';

const TREE = `query Tree($project: String, $application: String!, $cluster: String!) { resourceTree(project: $project, application: $application, cluster: $cluster) { isTruncated unread { group kind namespace reason }
  nodes { id parentId object { group kind namespace name } uid health healthMessage createdAt status pod { ready total restarts containers } } } }`;
const OUTPUTS = ['tree', 'json', 'yaml'];

/** `capstan tree TARGET`: what a target consists of now, down to its pods. */
export function treeCommand(context: CommandContext): Command {
  return new Command('tree')
    .description('what a target consists of now, down to its pods, as its cluster says')
    .argument('<target>', '[PROJECT/]APP@CLUSTER')
    .option('-o, --output <format>', OUTPUTS.join(' | '), 'tree')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (text: string, { output, project }: { readonly output: string; readonly project: string }) => {
      if (!OUTPUTS.includes(output)) throw usage(`unknown output: ${output}`, `The outputs are ${OUTPUTS.join(', ')}.`);
      const tree = await readTree(context, parseTarget(text, project));
      context.out(output === 'json' ? `${JSON.stringify(tree, null, 2)}\n` : output === 'yaml' ? stringify(tree, { lineWidth: 0 }) : formatTree(tree, context.clock.now()));
      for (const { kind, group, namespace, reason } of tree.unread) context.err(printable(`not read: ${kind}${group === '' ? '' : `.${group}`} in ${namespace} (${reason}); the tree may lack some\n`));
      if (tree.isTruncated) context.err('There is more than is shown.\n');
    });
}

/** @throws CliError when there is no such target */
export async function readTree(context: CommandContext, target: TargetNames): Promise<ResourceTreeData> {
  const { resourceTree } = await context.hub.query<{ readonly resourceTree: ResourceTreeData | null }>(TREE, { ...target }, context.signal);
  if (resourceTree === null) throw await notFoundNear(context, `target ${target.application}@${target.cluster}`, target, 'capstan get targets shows what there is.');
  return resourceTree;
}
