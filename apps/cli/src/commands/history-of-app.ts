import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { formatTable } from '../output/format-table.js';
import { printable } from '../output/printable.js';
import type { HistoryRequest } from './history-request.js';

const DOCUMENT = `query History($project: String!, $application: String!, $first: Int!, $after: String) { application(project: $project, name: $application) { rollouts(first: $first, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { number cause state reason createdAt finishedAt release { number commit author subject } stages { gates { approvals { by } } } } } } } }`;

interface RolloutLine {
  readonly number: number;
  readonly cause: string;
  readonly state: string;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly release: { readonly number: number; readonly commit: string; readonly author: string; readonly subject: string };
  readonly stages: readonly { readonly gates: readonly { readonly approvals: readonly { readonly by: string }[] }[] }[];
}
interface Answer {
  readonly application: { readonly rollouts: { readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }; readonly edges: readonly { readonly node: RolloutLine }[] } } | null;
}

const PAGE = 100;

/** The rollouts of an app: which release when, whose, who let it pass, and how it ended. */
export async function showRollouts(context: CommandContext, app: { readonly project: string; readonly application: string }, { since, limit, isJson }: HistoryRequest): Promise<void> {
  const lines: RolloutLine[] = [];
  for (let after: string | null = null, isMore = true; isMore && lines.length < limit; ) {
    const { application }: Answer = await context.hub.query<Answer>(DOCUMENT, { ...app, first: Math.min(PAGE, limit - lines.length), after }, context.signal);
    if (application === null) throw await notFoundNear(context, `application ${app.application}`, app, `capstan get apps shows what there is; of one that was deleted: capstan history ${app.application} --at TIME.`);
    const page = application.rollouts.edges.map(({ node }) => node);
    const wanted = page.filter(({ createdAt }) => since === undefined || new Date(createdAt) >= since);
    lines.push(...wanted);
    isMore = application.rollouts.pageInfo.hasNextPage && wanted.length === page.length;
    after = application.rollouts.pageInfo.endCursor;
  }
  if (isJson) return context.out(`${JSON.stringify({ items: lines }, null, 2)}\n`);
  context.out(formatRollouts(lines));
  if (lines.length === 0) context.err(since === undefined ? 'No rollouts yet.\n' : `No rollouts since ${since.toISOString()}.\n`);
}

/** Pure. */
export function formatRollouts(lines: readonly RolloutLine[]): string {
  const rows = lines.map(({ number, createdAt, state, cause, release, reason, stages }) => {
    const approvers = new Set(stages.flatMap(({ gates }) => gates.flatMap(({ approvals }) => approvals.map(({ by }) => by))));
    const why = reason === null || reason === '' ? release.subject : `${release.subject} (${reason})`;
    return [String(number), toSeconds(createdAt), state, cause, `${release.number} ${release.commit.replace(/^sha256:/, '').slice(0, 12)}`, release.author, [...approvers].join(', ') || '-', why].map(printable);
  });
  return formatTable(['rollout', 'time', 'state', 'cause', 'release', 'author', 'approved by', 'what'], rows);
}

function toSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
