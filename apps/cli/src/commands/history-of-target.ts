import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { formatTable } from '../output/format-table.js';
import { printable } from '../output/printable.js';
import type { HistoryRequest } from './history-request.js';
import type { TargetNames } from './parse-target.js';

const DOCUMENT = `query Changes($application: String!, $cluster: String!, $project: String, $since: DateTime, $first: Int!, $after: String) {
  targetHistory(application: $application, cluster: $cluster, project: $project, since: $since, first: $first, after: $after) { keptSince pageInfo { hasNextPage endCursor }
    edges { node { at kind generation sync health reason message cause by release { number commit } rollout { number } } } } }`;

interface Change {
  readonly at: string;
  readonly kind: string;
  readonly sync: string | null;
  readonly health: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly cause: string | null;
  readonly by: string | null;
  readonly release: { readonly number: number; readonly commit: string } | null;
  readonly rollout: { readonly number: number } | null;
}
interface Answer {
  readonly targetHistory: { readonly keptSince: string | null; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }; readonly edges: readonly { readonly node: Change }[] } | null;
}

const PAGE = 200;

/** Everything that happened to an app on a cluster, newest first. The times may be given to --at. */
export async function showChanges(context: CommandContext, names: TargetNames, { since, limit, isJson }: HistoryRequest): Promise<void> {
  const changes: Change[] = [];
  let keptSince: string | null = null;
  for (let after: string | null = null, isMore = true; isMore && changes.length < limit; ) {
    const variables: Readonly<Record<string, unknown>> = { ...names, since: since?.toISOString() ?? null, first: Math.min(PAGE, limit - changes.length), after };
    const { targetHistory }: Answer = await context.hub.query<Answer>(DOCUMENT, variables, context.signal);
    if (targetHistory === null) throw await notFoundNear(context, `target ${names.project}/${names.application}@${names.cluster}`, names, 'capstan get targets shows what there is.');
    changes.push(...targetHistory.edges.map(({ node }) => node));
    keptSince = targetHistory.keptSince;
    isMore = targetHistory.pageInfo.hasNextPage;
    after = targetHistory.pageInfo.endCursor;
  }
  if (isJson) return context.out(`${JSON.stringify({ items: changes }, null, 2)}\n`);
  context.out(formatChanges(changes));
  if (changes.length === 0) context.err(`Nothing happened${since === undefined ? '' : ` since ${since.toISOString()}`}.\n`);
  const isCut = keptSince !== null && changes.length < limit && (since === undefined || since < new Date(keptSince));
  if (isCut) context.err(`What was before ${keptSince ?? ''} is no longer kept.\n`);
}

/** Pure. */
export function formatChanges(changes: readonly Change[]): string {
  return formatTable(['time', 'what', 'release', 'sync', 'health', 'why'], changes.map((change) => {
    const { at, kind, release, sync, health } = change;
    return [at, kind, release === null ? '-' : `${release.number} ${release.commit.replace(/^sha256:/, '').slice(0, 12)}`, sync ?? '-', health ?? '-', whyOf(change)].map(printable);
  }));
}

function whyOf({ kind, reason, message, cause, by, rollout, sync }: Change): string {
  const of = rollout === null ? '' : `rollout ${rollout.number}`;
  const text = message ?? '';
  switch (kind) {
    case 'ASSIGNED':
      return `${of}${cause === null ? '' : ` (${cause})`}`;
    case 'ROLLOUT':
      return `${of}: ${text}${reason === null || reason === 'SYNCED' ? '' : `, ${reason}`}`;
    case 'HELD':
    case 'HOLD_LIFTED':
      return `${by === null ? '' : `by ${by}: `}${text}`;
    case 'TOMBSTONED':
      return `${text}${cause === null ? '' : ` (${cause})`}`;
    default:
      return [reason === null || reason === sync ? '' : reason, text.split('\n')[0] ?? ''].filter((part) => part !== '').join(': ');
  }
}
