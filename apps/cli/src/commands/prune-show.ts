import { Command } from 'commander';
import { stringify } from 'yaml';
import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { formatRemoval, removalKey, type RemovalObject, type RemovalTarget } from '../output/format-removal.js';
import { parseTarget, type TargetNames } from './parse-target.js';

const REMOVAL = `query Removal($project: String!, $application: String!, $cluster: String!) { target(project: $project, application: $application, cluster: $cluster) {
  name reason message assigned { release { number commit subject } }
  observed { release { number commit subject } objectCount pendingRemoval { digest total objects { group kind namespace name } } } } }`;
const OBJECT = `query Object($project: String, $application: String!, $cluster: String!, $object: ObjectRefInput!) {
  describeObject(project: $project, application: $application, cluster: $cluster, object: $object) { object } }`;

/** `capstan prune show TARGET`: the plan that waits for a person, as a diff. */
export function pruneShowCommand(context: CommandContext): Command {
  return new Command('show')
    .description('the removal plan that waits for a person, as a diff')
    .argument('<target>', '[PROJECT/]APPLICATION@CLUSTER')
    .option('--yaml', 'with each object as its cluster has it now, secrets masked')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (text: string, { yaml, project }: { readonly yaml?: true; readonly project: string }) => {
      const names = parseTarget(text, project);
      const target = await readRemoval(context, names);
      const pending = target.observed?.pendingRemoval;
      if (pending === null || pending === undefined) {
        context.err(`Nothing of target/${target.name} waits for an approval.\n`);
        return;
      }
      context.out(formatRemoval(target, yaml === true ? await readContents(context, names, pending.objects) : new Map()));
      context.err(`To approve exactly this removal: capstan prune approve ${target.name} ${pending.digest}\n`);
    });
}

/** @throws CliError when there is no such target */
export async function readRemoval(context: CommandContext, names: TargetNames): Promise<RemovalTarget> {
  const { target } = await context.hub.query<{ readonly target: RemovalTarget | null }>(REMOVAL, { ...names }, context.signal);
  if (target === null) throw await notFoundNear(context, `target ${names.application}@${names.cluster}`, names, 'capstan get targets shows what there is.');
  return target;
}

/** One after the other: the agent answers few questions at once, and nobody reads faster. */
async function readContents(context: CommandContext, names: TargetNames, objects: readonly RemovalObject[]): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  for (const object of objects) {
    const { describeObject } = await context.hub.query<{ readonly describeObject: { readonly object: unknown } | null }>(OBJECT, { ...names, object }, context.signal);
    contents.set(removalKey(object), describeObject === null ? '# not in the cluster' : stringify(describeObject.object, { lineWidth: 0 }));
  }
  return contents;
}
