import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { allPages } from '../hub/all-pages.js';
import { plural } from '../output/plural.js';
import { consent } from './consent.js';
import { parseReference } from './resources.js';

interface DeleteOptions {
  readonly project: string;
  readonly mode?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** `capstan delete app/NAME --mode delete|orphan`, `repository/NAME`, `cluster/NAME`. Says what it would do, and does it on --yes or the typed name. */
export function deleteCommand(context: CommandContext): Command {
  return new Command('delete')
    .description('delete an app (and its objects, or not), a repository, or a cluster from the fleet')
    .argument('<reference...>', 'app/NAME, repository/NAME or cluster/NAME')
    .option('-p, --project <name>', 'the project', 'default')
    .option('--mode <mode>', 'apps: delete their objects from every cluster, or orphan them (leave them running)')
    .option('--force', 'clusters: do not wait for the agent to let go')
    .option('--yes', 'do it without asking')
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
  const { application } = await context.hub.query<{ readonly application: object | null }>(
    'query Exists($project: String, $name: String!) { application(project: $project, name: $name) { name } }',
    { project: options.project, name },
    context.signal,
  );
  if (application === null) throw await notFoundNear(context, `application ${name}`, { project: options.project, application: name }, 'capstan get apps shows what there is.');
  const { objects, clusters } = await reachOf(context, { project: options.project, application: name });
  const where = `${plural(objects, 'object')} on ${plural(clusters, 'cluster')}`;
  await consent(context, options, name, mode === 'DELETE' ? `this deletes app/${name} and removes ${where}` : `this deletes app/${name}; ${where} run on and are no longer healed`);
  const document = `mutation Delete($input: DeleteApplicationInput!) { deleteApplication(input: $input) { application { name } userErrors { code field message hint details } } }`;
  await context.hub.mutate(document, 'deleteApplication', { project: options.project, name, mode }, context.signal);
  context.out(`app/${name} deleting (${mode.toLowerCase()}): ${where}\n`);
}

async function deleteRepository(context: CommandContext, name: string, options: DeleteOptions): Promise<void> {
  await consent(context, options, name, `this deletes repository/${name} and its credentials`);
  const document = `mutation Delete($input: DeleteRepositoryInput!) { deleteRepository(input: $input) { userErrors { code field message hint details } } }`;
  await context.hub.mutate(document, 'deleteRepository', { project: options.project, name }, context.signal);
  context.out(`repository/${name} deleted\n`);
}

async function removeCluster(context: CommandContext, name: string, options: DeleteOptions): Promise<void> {
  const { objects, clusters: applications } = await reachOf(context, { cluster: name });
  await consent(context, options, name, `this removes cluster/${name} from the fleet; ${plural(applications, 'app')} with ${plural(objects, 'object')} run on there, and nobody heals them any more`);
  const document = `mutation Remove($input: RemoveClusterInput!) { removeCluster(input: $input) { cluster { state } userErrors { code field message hint details } } }`;
  const { cluster } = await context.hub.mutate<{ readonly cluster: { readonly state: string } }>(document, 'removeCluster', { name, ...(options.force === true ? { force: true } : {}) }, context.signal);
  context.out(`cluster/${name} ${cluster.state === 'REMOVED' ? 'removed' : 'removing: it waits for its agent to let go (--force does not)'}\n`);
}

/** How much a deletion is about: targets, and the objects that they have reported. */
async function reachOf(context: CommandContext, filter: Readonly<Record<string, string>>): Promise<{ readonly objects: number; readonly clusters: number }> {
  const document = `query Reach($after: String, $project: String, $application: String, $cluster: String) {
    targets(first: 200, after: $after, project: $project, application: $application, cluster: $cluster) { edges { node { observed { objectCount } } } pageInfo { hasNextPage endCursor } } }`;
  const targets = await allPages<{ readonly observed: { readonly objectCount: number } }>(context.hub, document, 'targets', filter, context.signal);
  return { objects: targets.reduce((sum, target) => sum + target.observed.objectCount, 0), clusters: targets.length };
}
