import { suggest } from '#kernel';
import { CliError, notFound } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { allPages } from '../hub/all-pages.js';
import type { HubClient } from '../hub/hub-client.js';
import { UserRefusal } from '../hub/user-refusal.js';
import { paste } from '../output/paste.js';

/** Names as a person typed them. */
export interface TypedNames {
  readonly project: string;
  readonly application?: string | undefined;
  readonly cluster?: string | undefined;
}

type Asking = Pick<CommandContext, 'signal'> & { readonly hub: Pick<HubClient, 'query'> };

/** 20,000 names: who has more is told without them. */
const MOST_PAGES = 100;
const PAGE = 'pageInfo { hasNextPage endCursor }';
const APPLICATIONS = `query Names($project: String, $after: String) { applications(first: 200, after: $after, project: $project) { edges { node { name } } ${PAGE} } }`;
const PROJECTS = `query Names($after: String) { projects(first: 200, after: $after) { edges { node { name } } ${PAGE} } }`;
const CLUSTERS = `query Names($after: String) { clusters(first: 200, after: $after) { edges { node { name } } ${PAGE} } }`;

/**
 * Which of the names are none, each with what was probably meant: `There is no cluster prd-eu; did you mean prod-eu?`; of an application alone `Did you mean pay?`. For an error that is told anyway, so it never
 * throws: a person who may not list them, or a hub that has gone, is told nothing. Empty where all of them exist.
 */
export async function nearNames(context: Asking, { project, application, cluster }: TypedNames): Promise<string> {
  const ofProject = project === 'default' ? '' : await saidOf(context, 'project', project, PROJECTS, 'projects', {});
  if (ofProject !== '') return ofProject;
  if (cluster === undefined) return application === undefined ? '' : shortOf(await saidOf(context, 'application', application, APPLICATIONS, 'applications', { project }));
  const said = await Promise.all([
    application === undefined ? '' : saidOf(context, 'application', application, APPLICATIONS, 'applications', { project }),
    cluster === undefined ? '' : saidOf(context, 'cluster', cluster, CLUSTERS, 'clusters', {}),
  ]);
  return said.filter((part) => part !== '').join(' ');
}

/** Where only one name was typed, the error has it. */
function shortOf(said: string): string {
  const near = /; (did you mean .*)$/.exec(said)?.[1];
  return near === undefined ? '' : `D${near.slice(1)}`;
}

async function saidOf(context: Asking, what: string, typed: string, document: string, field: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
  try {
    const known = (await allPages<{ readonly name: string }>(context.hub, document, field, variables, context.signal, MOST_PAGES)).map(({ name }) => name);
    if (known.includes(typed)) return '';
    const near = suggest(typed, known);
    return `There is no ${what} ${typed}${near === undefined ? '.' : `; did you mean ${near}?`}`;
  } catch {
    return ''; // what went wrong first is what the person is told
  }
}

/** Passes a mutation on. Commands in what the hub says get the names, and where it does not find what was named, what was probably meant comes first. */
export async function withNearNames<T>(context: Asking, names: TypedNames, mutation: Promise<T>): Promise<T> {
  try {
    return await mutation;
  } catch (error) {
    if (!(error instanceof UserRefusal)) throw error;
    const isAsked = NAMED.has(error.code) && !/Did you mean/.test(error.next ?? '');
    const near = isAsked ? await nearNames(context, names) : '';
    const next = [near, fillNames(error.next ?? '', names)].filter((part) => part !== '').join(' ');
    throw next === (error.next ?? '') ? error : new CliError(error.exitCode, error.message, error.why, next);
  }
}

/** `capstan rollout show APP` of the application that was meant, in its project. */
function fillNames(text: string, { application, cluster, project }: TypedNames): string {
  if (application === undefined) return text;
  const named = cluster === undefined ? text : text.replace(/capstan ([a-z -]+) APP@CLUSTER\b/g, (_, verb: string) => paste(verb, [`${application}@${cluster}`], { project }));
  return named.replace(/capstan ([a-z -]+) APP\b(?!@)/g, (_, verb: string) => paste(verb, [application], { project }));
}

const NAMED: ReadonlySet<string> = new Set(['APPLICATION_NOT_FOUND', 'TARGET_NOT_FOUND', 'CLUSTER_NOT_FOUND']);

/** The error of a query that found nothing: `message`, and before `otherwise` what was probably meant. */
export async function notFoundNear(context: Asking, what: string, names: TypedNames, otherwise: string): Promise<CliError> {
  const near = await nearNames(context, names);
  return notFound(what, near === '' ? otherwise : `${near} ${otherwise}`);
}
