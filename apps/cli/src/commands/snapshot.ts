import type { CommandContext } from '../context.js';
import { notFoundNear, type TypedNames } from './near-names.js';
import { allPages } from '../hub/all-pages.js';
import type { HubClient } from '../hub/hub-client.js';
import { formatTable } from '../output/format-table.js';
import { printable } from '../output/printable.js';
import { parseTarget } from './parse-target.js';

const FIELDS = `name application cluster at state sync health reason message lastChangeAt reportedAt assigned { generation assignedAt release { number commit subject } rollout { number cause } } runs { number commit subject }
  place { state reason rollout { number } } hold { since by reason }`;
const PAGE = `targets(first: 200, after: $after) { pageInfo { hasNextPage endCursor } edges { node { ${FIELDS} } } }`;
const TARGET = `query TargetAt($application: String!, $cluster: String!, $project: String, $at: DateTime!) { targetAt(application: $application, cluster: $cluster, project: $project, at: $at) { ${FIELDS} } }`;
const APPLICATION = `query ApplicationAt($name: String!, $project: String, $at: DateTime!, $after: String) { applicationAt(name: $name, project: $project, at: $at) { ${PAGE} } }`;
const CLUSTER = `query ClusterAt($name: String!, $at: DateTime!, $after: String) { clusterAt(name: $name, at: $at) { ${PAGE} } }`;

interface Release {
  readonly number: number;
  readonly commit: string;
}
/** A target at a moment, as the API shows it. */
export interface Snapshot {
  readonly name: string;
  readonly cluster: string;
  readonly state: string;
  readonly sync: string;
  readonly health: string;
  readonly reason: string;
  readonly message: string;
  readonly assigned: { readonly release: Release; readonly rollout: { readonly number: number; readonly cause: string } | null } | null;
  readonly runs: Release | null;
  readonly hold: { readonly by: string; readonly reason: string } | null;
}
interface Moment {
  readonly at: Date;
  readonly isJson: boolean;
}

/** What ran where at a moment: of an app, of an app on a cluster, or of a cluster. */
export async function showSnapshot(context: CommandContext, what: string, project: string, moment: Moment): Promise<void> {
  const at = moment.at.toISOString();
  const cluster = /^clusters?\/(.+)$/.exec(what)?.[1];
  if (cluster !== undefined) return show(context, await listed(context, CLUSTER, 'clusterAt', { name: cluster, at }, { what: `cluster ${cluster} at ${at}`, names: { project, cluster } }), moment, 'Nothing was on it');
  if (what.includes('@')) {
    const names = parseTarget(what, project);
    const { targetAt } = await context.hub.query<{ readonly targetAt: Snapshot | null }>(TARGET, { ...names, at }, context.signal);
    if (targetAt === null) throw await notFoundNear(context, `target ${names.project}/${names.application}@${names.cluster} at ${at}`, names, `capstan history ${names.application} --at ${at} -p ${names.project} shows where it was.`);
    return moment.isJson ? context.out(`${JSON.stringify(targetAt, null, 2)}\n`) : show(context, [targetAt], moment, '');
  }
  const name = what.replace(/^(app|apps|application)\//, '');
  return show(context, await listed(context, APPLICATION, 'applicationAt', { name, project, at }, { what: `application ${name} at ${at}`, names: { project, application: name } }), moment, 'It was nowhere');
}

async function listed(context: CommandContext, document: string, field: string, variables: Readonly<Record<string, unknown>>, { what, names }: { readonly what: string; readonly names: TypedNames }): Promise<readonly Snapshot[]> {
  // The list is one level down, and what it belongs to may not have been there.
  const inside: Pick<HubClient, 'query'> = {
    query: async <T>(text: string, values: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<T> => {
      const data = await context.hub.query<Readonly<Record<string, T | null>>>(text, values, signal);
      const found = data[field];
      if (found === null || found === undefined) throw await notFoundNear(context, what, names, 'It may not have been there at that moment, which is in UTC unless it says its zone.');
      return found;
    },
  };
  return allPages<Snapshot>(inside, document, 'targets', variables, context.signal);
}

function show(context: CommandContext, snapshots: readonly Snapshot[], { at, isJson }: Moment, nothing: string): void {
  if (isJson) return context.out(`${JSON.stringify({ items: snapshots }, null, 2)}\n`);
  context.out(formatSnapshots(snapshots));
  if (snapshots.length === 0) context.err(`${nothing} at ${at.toISOString()}.\n`);
}

/** Pure. */
export function formatSnapshots(snapshots: readonly Snapshot[]): string {
  const release = (one: Release | null | undefined): string => (one === null || one === undefined ? '-' : `${one.number} ${one.commit.replace(/^sha256:/, '').slice(0, 12)}`);
  const rows = snapshots.toSorted((a, b) => a.name.localeCompare(b.name)).map(({ name, assigned, runs, sync, health, reason, hold }) => {
    const by = assigned?.rollout ?? undefined;
    return [name, release(runs), release(assigned?.release), by === undefined ? '-' : `rollout ${by.number} (${by.cause})`, sync, health, reason === sync ? '-' : reason, hold === null ? '-' : `by ${hold.by}: ${hold.reason}`].map(printable);
  });
  return formatTable(['target', 'ran', 'assigned', 'assigned by', 'sync', 'health', 'reason', 'held'], rows);
}
