import { didYouMean } from '#kernel';
import { usage } from '../cli-error.js';
import { formatAge } from '../output/format-age.js';
import type { Columns } from '../output/print-nodes.js';

/** One kind of thing that `get` and `describe` know: how to ask for it, which filters it takes, how it is shown. */
export interface ResourceKind {
  readonly singular: string;
  readonly plural: string;
  readonly aliases: readonly string[];
  /** Field of the query that lists it. */
  readonly field: string;
  readonly document: string;
  readonly takesSelector: boolean;
  readonly needsApplication: boolean;
  readonly columns: (now: Date) => Columns<Row>;
}

/** A node as the hub sent it; columns read it by path, so that JSON output shows exactly the API's names. */
export type Row = Readonly<Record<string, unknown>>;

/** The text at a path of a node; `<none>` where there is nothing. */
export function textAt(row: Row, ...path: readonly string[]): string {
  let value: unknown = row;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Row)[key] : undefined;
  if (value === null || value === undefined || value === '') return '<none>';
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}

function labelsOf(row: Row): string {
  const labels = row['labels'];
  if (typeof labels !== 'object' || labels === null || Object.keys(labels).length === 0) return '<none>';
  return Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`).join(',');
}

const age = (row: Row, now: Date, field = 'createdAt'): string => formatAge(typeof row[field] === 'string' ? row[field] : null, now);
const commitOf = (row: Row, ...path: readonly string[]): string => textAt(row, ...path).slice(0, 12);
const share = (row: Row, part: string): string => `${textAt(row, 'targetCounts', part)}/${textAt(row, 'targetCounts', 'total')}`;
const countOf = (row: Row, field: string): string => String(Array.isArray(row[field]) ? row[field].length : 0);
const COUNTS = 'targetCounts { total synced drifted pending failed keptLastGood awaitingApproval healthy progressing degraded }';
const PAGE = 'pageInfo { hasNextPage endCursor }';

const CLUSTERS: ResourceKind = {
  singular: 'cluster', plural: 'clusters', aliases: [], field: 'clusters', takesSelector: true, needsApplication: false,
  document: `query Clusters($after: String, $selector: LabelSelector, $search: String) { clusters(first: 200, after: $after, labelSelector: $selector, search: $search) { edges { node {
    id name labels state connection lastSeenAt agentVersion createdAt version facts { kubernetesVersion provider region nodes } ${COUNTS} } } ${PAGE} } }`,
  columns: (now) => ({
    headers: ['name', 'connection', 'synced', 'healthy', 'version', 'age'],
    wideHeaders: ['labels', 'last seen', 'agent', 'state'],
    row: (r) => [textAt(r, 'name'), textAt(r, 'connection'), share(r, 'synced'), share(r, 'healthy'), textAt(r, 'facts', 'kubernetesVersion'), age(r, now)],
    wideRow: (r) => [labelsOf(r), age(r, now, 'lastSeenAt'), textAt(r, 'agentVersion'), textAt(r, 'state')],
    name: (r) => `cluster/${textAt(r, 'name')}`,
  }),
};

const REPOSITORIES: ResourceKind = {
  singular: 'repository', plural: 'repositories', aliases: ['repo', 'repos'], field: 'repositories', takesSelector: false, needsApplication: false,
  document: `query Repositories($after: String, $project: String, $search: String) { repositories(first: 200, after: $after, project: $project, search: $search) { edges { node {
    id name type url poll hasCredentials hasWriteCredentials hasWebhookSecret lastPolledAt lastSuccessAt reason message createdAt version project { name } refs { ref commit changedAt reason message } } } ${PAGE} } }`,
  columns: (now) => ({
    headers: ['name', 'type', 'url', 'poll', 'last success', 'reason', 'age'],
    wideHeaders: ['project', 'credentials', 'writes', 'message'],
    row: (r) => [textAt(r, 'name'), textAt(r, 'type').toLowerCase(), textAt(r, 'url'), textAt(r, 'poll'), age(r, now, 'lastSuccessAt'), textAt(r, 'reason'), age(r, now)],
    wideRow: (r) => [textAt(r, 'project', 'name'), textAt(r, 'hasCredentials'), textAt(r, 'hasWriteCredentials'), textAt(r, 'message')],
    name: (r) => `repository/${textAt(r, 'name')}`,
  }),
};

const APPLICATIONS: ResourceKind = {
  singular: 'application', plural: 'apps', aliases: ['app', 'applications'], field: 'applications', takesSelector: false, needsApplication: false,
  document: `query Applications($after: String, $project: String, $search: String) { applications(first: 200, after: $after, project: $project, search: $search) { edges { node {
    id name state reason message version createdAt project { name } revision { number spec { source { repository ref chart version path } } } currentRelease { number commit subject createdAt }
    activeRollout { number state } ${COUNTS} } } ${PAGE} } }`,
  columns: (now) => ({
    headers: ['name', 'release', 'commit', 'synced', 'healthy', 'rollout', 'reason', 'age'],
    wideHeaders: ['project', 'repository', 'ref', 'path', 'message'],
    row: (r) => [textAt(r, 'name'), textAt(r, 'currentRelease', 'number'), commitOf(r, 'currentRelease', 'commit'), share(r, 'synced'), share(r, 'healthy'), textAt(r, 'activeRollout', 'state'), textAt(r, 'reason'), age(r, now)],
    wideRow: (r) => [textAt(r, 'project', 'name'), textAt(r, 'revision', 'spec', 'source', 'repository'), textAt(r, 'revision', 'spec', 'source', 'ref'), textAt(r, 'revision', 'spec', 'source', 'path'), textAt(r, 'message')],
    name: (r) => `app/${textAt(r, 'name')}`,
  }),
};

const PROJECTS: ResourceKind = {
  singular: 'project', plural: 'projects', aliases: [], field: 'projects', takesSelector: false, needsApplication: false,
  document: `query Projects($after: String) { projects(first: 200, after: $after) { edges { node { id name version createdAt health { group kind } ignore { group kind namespace name } maintenanceWindows { name } } } ${PAGE} } }`,
  columns: (now) => ({
    headers: ['name', 'health rules', 'ignore rules', 'age'],
    wideHeaders: ['maintenance windows', 'version'],
    row: (r) => [textAt(r, 'name'), countOf(r, 'health'), countOf(r, 'ignore'), age(r, now)],
    wideRow: (r) => [countOf(r, 'maintenanceWindows'), textAt(r, 'version')],
    name: (r) => `project/${textAt(r, 'name')}`,
  }),
};

const RELEASES: ResourceKind = {
  singular: 'release', plural: 'releases', aliases: [], field: 'releases', takesSelector: false, needsApplication: true,
  document: `query Releases($after: String, $project: String, $application: String!) { releases(first: 200, after: $after, project: $project, application: $application) { edges { node {
    id number commit ref sourceDigest author subject committedAt createdAt revision { number } } } ${PAGE} } }`,
  columns: (now) => ({
    headers: ['number', 'commit', 'subject', 'author', 'age'],
    wideHeaders: ['ref', 'revision', 'source digest'],
    row: (r) => [textAt(r, 'number'), commitOf(r, 'commit'), textAt(r, 'subject'), textAt(r, 'author'), age(r, now)],
    wideRow: (r) => [textAt(r, 'ref'), textAt(r, 'revision', 'number'), textAt(r, 'sourceDigest')],
    name: (r) => `release/${textAt(r, 'number')}`,
  }),
};

const TARGETS: ResourceKind = {
  singular: 'target', plural: 'targets', aliases: [], field: 'targets', takesSelector: true, needsApplication: false,
  document: `query Targets($after: String, $project: String, $application: String, $cluster: String, $selector: LabelSelector) {
    targets(first: 200, after: $after, project: $project, application: $application, cluster: $cluster, clusterSelector: $selector) { edges { node {
      id name sync health reason message advice since generation cluster { name connection } assigned { release { number commit } } hold { since by reason }
      observed { release { number commit } objectCount healedCount observedAt drift { object { group kind namespace name } kind managers fields } pendingRemoval { digest total } } } } ${PAGE} } }`,
  columns: (now) => ({
    headers: ['name', 'sync', 'health', 'release', 'runs', 'reason', 'since'],
    wideHeaders: ['commit', 'objects', 'healed', 'held by', 'message'],
    row: (r) => [textAt(r, 'name'), textAt(r, 'sync'), textAt(r, 'health'), textAt(r, 'assigned', 'release', 'number'), textAt(r, 'observed', 'release', 'number'), textAt(r, 'reason'), age(r, now, 'since')],
    wideRow: (r) => [commitOf(r, 'assigned', 'release', 'commit'), textAt(r, 'observed', 'objectCount'), textAt(r, 'observed', 'healedCount'), textAt(r, 'hold', 'by'), textAt(r, 'message')],
    name: (r) => `target/${textAt(r, 'name')}`,
  }),
};

const GIT_WRITES: ResourceKind = {
  singular: 'git-write', plural: 'git-writes', aliases: [], field: 'gitWrites', takesSelector: false, needsApplication: true,
  document: `query GitWrites($after: String, $project: String, $application: String!) { gitWrites(first: 200, after: $after, project: $project, application: $application) { edges { node {
    id kind state branch newBranch path commit url reason message advice attempts nextAt requestedBy createdAt finishedAt release { number commit } } } ${PAGE} } }`,
  columns: (now) => ({
    headers: ['id', 'kind', 'release', 'state', 'branch', 'commit', 'reason', 'age'],
    wideHeaders: ['by', 'attempts', 'url', 'message'],
    row: (r) => [textAt(r, 'id'), textAt(r, 'kind'), textAt(r, 'release', 'number'), textAt(r, 'state'), r['newBranch'] === null ? textAt(r, 'branch') : textAt(r, 'newBranch'), commitOf(r, 'commit'), textAt(r, 'reason'), age(r, now)],
    wideRow: (r) => [textAt(r, 'requestedBy'), textAt(r, 'attempts'), textAt(r, 'url'), textAt(r, 'message')],
    name: (r) => `git-write/${textAt(r, 'id')}`,
  }),
};

export const RESOURCE_KINDS: readonly ResourceKind[] = [CLUSTERS, PROJECTS, REPOSITORIES, APPLICATIONS, RELEASES, TARGETS, GIT_WRITES];

/** The kind of that name, plural or alias. @throws CliError naming the kinds there are. */
export function resourceKind(text: string): ResourceKind {
  const kind = RESOURCE_KINDS.find((known) => [known.singular, known.plural, ...known.aliases].includes(text));
  if (kind === undefined) throw usage(`unknown kind: ${text}`, didYouMean(text, RESOURCE_KINDS.flatMap((known) => [known.singular, known.plural]), `The kinds are ${RESOURCE_KINDS.map((known) => known.plural).join(', ')}.`));
  return kind;
}

/** Reads `app/podinfo`, `cluster/eu-1`, `target/default/podinfo@eu-1`, or the kind and the name apart. */
export function parseReference(words: readonly string[]): { readonly kind: ResourceKind; readonly name: string } {
  const [first = '', second] = words;
  if (words.length > 2) throw usage(`one at a time: ${words.join(' ')}`, 'Write KIND/NAME, such as app/podinfo or cluster/eu-1.');
  if (second !== undefined) return { kind: resourceKind(first), name: second };
  const slash = first.indexOf('/');
  if (slash <= 0 || slash === first.length - 1) throw usage(`not a reference: ${first || '(empty)'}`, 'Write KIND/NAME, such as app/podinfo or cluster/eu-1.');
  return { kind: resourceKind(first.slice(0, slash)), name: first.slice(slash + 1) };
}
