import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { parseReference } from './resources.js';

interface DeleteOptions {
  readonly project: string;
  readonly mode?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** `capstan delete app/NAME --mode delete|orphan`, `repository/NAME`, `cluster/NAME`. Says what it would do unless --yes is given. */
export function deleteCommand(context: CommandContext): Command {
  return new Command('delete')
    .description('delete an app (and its objects, or not), a repository, or a cluster from the fleet')
    .argument('<reference...>', 'app/NAME, repository/NAME or cluster/NAME')
    .option('-p, --project <name>', 'the project', 'default')
    .option('--mode <mode>', 'apps: delete their objects from every cluster, or orphan them (leave them running)')
    .option('--force', 'clusters: do not wait for the agent to let go')
    .option('--yes', 'do it')
    .action(async (words: readonly string[], options: DeleteOptions) => {
      const { kind, name } = parseReference(words);
      switch (kind.singular) {
        case 'application':
          return deleteApplication(context, name, options);
        case 'repository':
          return deleteRepository(context, name, options);
        case 'cluster':
          return removeCluster(context, name, options);
        default:
          throw usage(`${kind.plural} cannot be deleted`, 'Delete an app, a repository or a cluster.');
      }
    });
}

async function deleteApplication(context: CommandContext, name: string, options: DeleteOptions): Promise<void> {
  const mode = options.mode?.toUpperCase();
  if (mode !== 'DELETE' && mode !== 'ORPHAN') throw usage(`what happens to the objects of app/${name}?`, `--mode delete removes them from every cluster, --mode orphan leaves them running.`);
  const query = `query Counts($project: String, $name: String!) { application(project: $project, name: $name) { targetCounts { total } } }`;
  const { application } = await context.hub.query<{ readonly application: { readonly targetCounts: { readonly total: number } } | null }>(query, { project: options.project, name }, context.signal);
  const count = application?.targetCounts.total ?? 0;
  needYes(options, mode === 'DELETE' ? `this deletes app/${name} and its objects on ${count} clusters` : `this deletes app/${name}; its objects stay on ${count} clusters and are no longer healed`);
  const document = `mutation Delete($input: DeleteApplicationInput!) { deleteApplication(input: $input) { application { name } userErrors { code field message hint details } } }`;
  await context.hub.mutate(document, 'deleteApplication', { project: options.project, name, mode }, context.signal);
  context.out(`app/${name} deleting (${mode.toLowerCase()}) on ${count} clusters\n`);
}

async function deleteRepository(context: CommandContext, name: string, options: DeleteOptions): Promise<void> {
  needYes(options, `this deletes repository/${name}`);
  const document = `mutation Delete($input: DeleteRepositoryInput!) { deleteRepository(input: $input) { userErrors { code field message hint details } } }`;
  await context.hub.mutate(document, 'deleteRepository', { project: options.project, name }, context.signal);
  context.out(`repository/${name} deleted\n`);
}

async function removeCluster(context: CommandContext, name: string, options: DeleteOptions): Promise<void> {
  needYes(options, `this removes cluster/${name} from the fleet; what runs on it stays, and nobody heals it any more`);
  const document = `mutation Remove($input: RemoveClusterInput!) { removeCluster(input: $input) { cluster { state } userErrors { code field message hint details } } }`;
  await context.hub.mutate(document, 'removeCluster', { name, ...(options.force === true ? { force: true } : {}) }, context.signal);
  context.out(`cluster/${name} ${options.force === true ? 'removed' : 'removing: it waits for its agent to let go'}\n`);
}

function needYes(options: DeleteOptions, consequence: string): void {
  if (options.yes !== true) throw usage(consequence, 'Add --yes to do it.');
}
