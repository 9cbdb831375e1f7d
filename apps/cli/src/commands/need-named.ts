import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { HubClient } from '../hub/hub-client.js';
import { notFoundNear } from './near-names.js';

type Asking = Pick<CommandContext, 'signal'> & { readonly hub: Pick<HubClient, 'query'> };

const APPLICATION = 'query Exists($project: String, $name: String!) { application(project: $project, name: $name) { name } }';
const CLUSTER = 'query Exists($name: String!) { cluster(name: $name) { name } }';

/**
 * An empty list of an application that does not exist is no answer. Who may see what was listed need not be allowed to see applications: he has his answer.
 * @throws CliError: there is no such application
 */
export async function needApplication(context: Asking, name: string, project: string | undefined): Promise<void> {
  if (await isMissing(context, APPLICATION, 'application', { project, name })) throw await notFoundNear(context, `application ${name}`, { project: project ?? 'default', application: name }, 'capstan get apps shows what there is.');
}

/** The same of a cluster. @throws CliError: there is no such cluster */
export async function needCluster(context: Asking, name: string): Promise<void> {
  if (await isMissing(context, CLUSTER, 'cluster', { name })) throw await notFoundNear(context, `cluster ${name}`, { project: 'default', cluster: name }, 'capstan get clusters shows what there is.');
}

async function isMissing({ hub, signal }: Asking, document: string, field: string, variables: Readonly<Record<string, unknown>>): Promise<boolean> {
  try {
    return (await hub.query<Readonly<Record<string, object | null>>>(document, variables, signal))[field] === null;
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.DENIED) return false;
    throw error;
  }
}
