import { Command } from 'commander';
import { stringify } from 'yaml';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { withDiff, type DriftNode } from '../output/format-drift.js';
import { printable } from '../output/printable.js';
import { parseTarget } from './parse-target.js';
import { parseReference, type Row } from './resources.js';

const TARGETS_OF = `targets(first: 200) { edges { node { name sync health reason message advice } } pageInfo { hasNextPage } }`;
const REWRITE = 'ref kind fromFullRef fromCommit toFullRef toCommit since approvedAt';
const DETAILS: Readonly<Record<string, { readonly document: string; readonly field: string }>> = {
  cluster: {
    field: 'cluster',
    document: `query Describe($name: String!) { cluster(name: $name) { name state connection labels facts { kubernetesVersion provider region nodes custom } lastSeenAt agentVersion createdAt ${TARGETS_OF} } }`,
  },
  project: {
    field: 'project',
    document: `query Describe($name: String!) { project(name: $name) { name version createdAt health { group kind healthy progressing degraded suspended message } ignore { group kind namespace name jsonPointers managers when } maintenanceWindows { name selector { all matchLabels matchExpressions { key operator values } } windows { kind schedule duration timeZone from to } } approvals { notByAuthor } } }`,
  },
  application: {
    field: 'application',
    document: `query Describe($name: String!, $project: String) { application(name: $name, project: $project) { name state reason message advice warnings { severity code message until } historyRewrite { ${REWRITE} } createdAt
      revision { number createdAt createdBy spec { source { repository ref chart version path renderer helm { valuesFiles releaseName skipHooks } watch } sources { name repository ref chart version path watch } parameters substitute selector { all matchLabels matchExpressions { key operator values } } namespace patches { target { group kind namespace name } patch clusters { matchLabels } } dependsOn promoteFrom { application soak as keep } health { group kind healthy progressing degraded suspended message } sync { automated prune drift ignore { group kind namespace name jsonPointers managers when } } } }
      promotion { from state release message until gitWrite { state branch newBranch commit url message advice } }
      currentRelease { number commit fullRef subject author committedAt sources { name commit ref } } activeRollout { number state cause stages { name state counts { pending moving healthy failed skipped } } } ${TARGETS_OF} } }`,
  },
  repository: {
    field: 'repository',
    document: `query Describe($name: String!, $project: String) { repository(name: $name, project: $project) { name type url poll hasCredentials hasWriteCredentials hasWebhookSecret webhookUrls { github gitlab gitea forgejo bitbucket generic } lastPolledAt lastSuccessAt reason message refs { ref fullRef commit changedAt resolvedAt reason message advice rewrite { ${REWRITE} } } createdAt } }`,
  },
};
const TARGET = `query Describe($project: String!, $application: String!, $cluster: String!) { target(project: $project, application: $application, cluster: $cluster) {
  name sync health reason message advice since generation assigned { release { number commit subject } parameters assignedAt }
  observed { release { number commit } sync health healthMessage objectCount healedCount renderDigest observedAt unhealthy { object { group kind namespace name } health message }
    drift { object { group kind namespace name } kind managers fields healedAt changes { path manager expected live isMasked isTruncated } } pendingRemoval { digest total objects { group kind namespace name } } }
  history(first: 20) { at kind sync health reason message } } }`;

/** `capstan describe KIND/NAME`: everything about one thing, as YAML that a person can read. */
export function describeCommand(context: CommandContext): Command {
  return new Command('describe')
    .description('everything about one cluster, project, repository, app or target, with what to do')
    .argument('<reference...>', 'app/NAME, cluster/NAME, project/NAME, repository/NAME or target/[PROJECT/]APP@CLUSTER')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (words: readonly string[], options: { readonly project: string }) => {
      const { kind, name } = parseReference(words);
      const row = await describe(context, kind.singular, name, options.project);
      context.out(stringify(row, { lineWidth: 0 }));
      for (const line of nextSteps(row)) context.err(printable(`${line}\n`));
    });
}

async function describe(context: CommandContext, kind: string, name: string, project: string): Promise<Row> {
  if (kind === 'target') return describeTarget(context, name, project);
  const detail = DETAILS[kind];
  if (detail === undefined) return cannotDescribe(kind);
  const variables = kind === 'cluster' || kind === 'project' ? { name } : { name, project };
  const row = (await context.hub.query<Record<string, Row | null>>(detail.document, variables, context.signal))[detail.field];
  if (row === null || row === undefined) throw await notFoundNear(context, `${kind} ${name}`, { project, application: kind === 'application' ? name : undefined, cluster: kind === 'cluster' ? name : undefined }, `capstan get ${kind === 'application' ? 'apps' : kind === 'repository' ? 'repositories' : `${kind}s`} shows what there is.`);
  return withWholeUrls(flattenConnections(row), context.hub.server);
}

async function describeTarget(context: CommandContext, name: string, project: string): Promise<Row> {
  const variables = parseTarget(name, project);
  const { target } = await context.hub.query<{ readonly target: Row | null }>(TARGET, { ...variables }, context.signal);
  if (target === null) throw await notFoundNear(context, `target ${name}`, variables, 'capstan get targets shows what there is.');
  return withDrift(target);
}

/** What differs, as a diff. */
function withDrift(target: Row): Row {
  const observed = target['observed'];
  if (!isMap(observed) || !Array.isArray(observed['drift'])) return target;
  return { ...target, observed: { ...observed, drift: observed['drift'].map((drift: DriftNode) => withDiff(drift)) } };
}

function cannotDescribe(kind: string): never {
  throw usage(`describe does not know ${kind}s`, `capstan get ${kind}s -a APPLICATION -o yaml shows everything about them.`);
}

/** A connection becomes the list of its nodes: edges are for programs. A list that was cut says so. */
function flattenConnections(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]): readonly (readonly [string, unknown])[] => {
      if (!isMap(value) || !Array.isArray(value['edges'])) return [[key, value]];
      const nodes = value['edges'].map((edge: { readonly node: unknown }) => edge.node);
      const isCut = isMap(value['pageInfo']) && value['pageInfo']['hasNextPage'] === true;
      return isCut ? [[key, nodes], [`${key}NotShown`, `these are the first ${nodes.length}; capstan get ${key} shows all`]] : [[key, nodes]];
    }),
  );
}

/** Webhook paths as the URLs that one gives to the Git host. */
function withWholeUrls(row: Row, server: string): Row {
  const urls = row['webhookUrls'];
  return isMap(urls) ? { ...row, webhookUrls: Object.fromEntries(Object.entries(urls).map(([scheme, path]) => [scheme, `${server}${String(path)}`])) } : row;
}

/** The command that goes on from here, where there is one. */
function nextSteps(row: Row): readonly string[] {
  const observed = row['observed'];
  const pending = isMap(observed) ? observed['pendingRemoval'] : undefined;
  return [...(isMap(pending) ? [`To approve exactly this removal: capstan prune approve ${String(row['name'])} ${String(pending['digest'])}`] : []), ...movesToApprove(row)];
}

/** How to approve of the refs that left their history: those of a repository, or the one that an application follows. */
function movesToApprove(row: Row): readonly string[] {
  const refs = Array.isArray(row['refs']) ? row['refs'].filter(isMap) : [];
  const revision = row['revision'];
  const spec = isMap(revision) ? revision['spec'] : undefined;
  const source = isMap(spec) ? spec['source'] : undefined;
  const repository = isMap(source) ? source['repository'] : row['name'];
  return [row['historyRewrite'], ...refs.map((ref) => ref['rewrite'])]
    .filter(isMap)
    .filter((rewrite) => rewrite['toCommit'] !== null && rewrite['approvedAt'] === null)
    .map(({ ref, fromCommit, toCommit }) => `To approve exactly this move: capstan history approve ${String(repository)} ${String(ref)} ${String(toCommit)} --from ${String(fromCommit)}`);
}

function isMap(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
