import { notFound, usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import type { RolloutDetail } from '../output/format-rollout.js';

const COUNTS = 'pending moving healthy failed skipped offline reverting reverted revertFailed';
/** What every view of a rollout shows, but for its targets. */
export const ROLLOUT_FIELDS = `id number cause state reason createdAt release { number commit subject } hurdles { kind stage gate message until }
  stages { name state openedAt closedAt counts { ${COUNTS} } gates { name side state approvals { by } checks { cluster verdict message } } }`;
const ROLLOUT = `${ROLLOUT_FIELDS} targets(first: 200) { state stage reason target { name } }`;
/** The one that is under way, else the newest. */
const CURRENT = `query Rollout($project: String, $name: String!) { application(project: $project, name: $name) { activeRollout { ${ROLLOUT} } rollouts(first: 1) { edges { node { ${ROLLOUT} } } } } }`;
const NUMBERED = `query Rollouts($project: String, $name: String!, $after: String) { application(project: $project, name: $name) { rollouts(first: 50, after: $after) { edges { node { id number } } pageInfo { hasNextPage endCursor } } } }`;
const BY_ID = `query RolloutById($id: ID!) { rollout(id: $id) { ${ROLLOUT} } }`;
const MAX_PAGES = 200;

export interface RolloutOfApp {
  readonly application: string;
  readonly project: string;
  readonly rollout: RolloutDetail;
}

interface Numbered {
  readonly application: { readonly rollouts: { readonly edges: readonly { readonly node: { readonly id: string; readonly number: number } }[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } } | null;
}

/**
 * The rollout that a person means: of an application the one under way, else the newest; or one by its number.
 * @param text `NAME` or `app/NAME`
 * @throws CliError when there is none
 */
export async function findRollout(context: CommandContext, text: string, project: string, number?: string): Promise<RolloutOfApp> {
  const application = text.replace(/^(app|apps|application)\//, '');
  if (number !== undefined) return { application, project, rollout: await byNumber(context, application, project, number) };
  type Current = { readonly application: { readonly activeRollout: RolloutDetail | null; readonly rollouts: { readonly edges: readonly { readonly node: RolloutDetail }[] } } | null };
  const { application: found } = await context.hub.query<Current>(CURRENT, { project, name: application }, context.signal);
  if (found === null) throw await notFoundNear(context, `application ${application}`, { project, application }, 'capstan get apps shows what there is.');
  const rollout = found.activeRollout ?? found.rollouts.edges[0]?.node;
  if (rollout === undefined) throw notFound(`a rollout of application ${application}`, `capstan describe app/${application} says what it waits for.`);
  return { application, project, rollout };
}

/** The same rollout as it is now. */
async function readRollout(context: CommandContext, id: string): Promise<RolloutDetail> {
  const { rollout } = await context.hub.query<{ readonly rollout: RolloutDetail | null }>(BY_ID, { id }, context.signal);
  if (rollout === null) throw notFound('the rollout', 'capstan rollout list APP shows what there is.');
  return rollout;
}

async function byNumber(context: CommandContext, name: string, project: string, text: string): Promise<RolloutDetail> {
  if (!/^\d{1,9}$/.test(text)) throw usage(`not the number of a rollout: ${text}`, `capstan rollout list ${name} shows them.`);
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { application }: Numbered = await context.hub.query<Numbered>(NUMBERED, { project, name, after }, context.signal);
    if (application === null) throw await notFoundNear(context, `application ${name}`, { project, application: name }, 'capstan get apps shows what there is.');
    const found = application.rollouts.edges.find(({ node }) => node.number === Number(text));
    if (found !== undefined) return readRollout(context, found.node.id);
    if (!application.rollouts.pageInfo.hasNextPage) break;
    after = application.rollouts.pageInfo.endCursor;
  }
  throw notFound(`rollout ${text} of application ${name}`, `capstan rollout list ${name} shows them.`);
}
