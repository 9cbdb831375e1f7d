import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { formatTable } from '../output/format-table.js';
import { parseMoment } from './parse-moment.js';

const MEASURES = 'deployments perDay failed changeFailureRate notRestored leadTime { count p50 p90 } timeToRestore { count p50 p90 }';
const DOCUMENT = `query Measures($project: String, $application: String, $since: DateTime, $until: DateTime) { deploymentMeasures(project: $project, application: $application, since: $since, until: $until) {
  since until total { ${MEASURES} } applications { application measures { ${MEASURES} } } } }`;

interface Time {
  readonly p50: string;
  readonly p90: string;
}
interface Measures {
  readonly deployments: number;
  readonly perDay: number;
  readonly failed: number;
  readonly changeFailureRate: number | null;
  readonly notRestored: number;
  readonly leadTime: Time | null;
  readonly timeToRestore: Time | null;
}
interface ProjectMeasures {
  readonly since: string;
  readonly until: string;
  readonly total: Measures;
  readonly applications: readonly { readonly application: string; readonly measures: Measures }[];
}
interface Options {
  readonly project: string;
  readonly since: string;
  readonly until?: string;
  readonly output: string;
}

/** `capstan measures [APP]`: lead time, deployment frequency, change failure rate, time to restore. */
export function measuresCommand(context: CommandContext): Command {
  return new Command('measures')
    .description('how well releases go, the four measures of DORA: how often, how fast, how many fail, how soon it is mended')
    .argument('[app]', 'NAME or app/NAME; all apps of the project if left out')
    .option('--since <time>', 'from when: 2026-11-01, or how long ago: 24h, 30d', '30d')
    .option('--until <time>', 'up to when; now if left out')
    .option('-p, --project <name>', 'the project', 'default')
    .option('-o, --output <format>', 'table | json', 'table')
    .action(async (app: string | undefined, { project, since, until, output }: Options) => {
      if (output !== 'table' && output !== 'json') throw usage(`unknown output: ${output}`, 'The outputs are table and json.');
      const now = context.clock.now();
      const application = app?.replace(/^(app|apps|application)\//, '');
      const variables = { project, application: application ?? null, since: parseMoment(since, now).toISOString(), until: until === undefined ? null : parseMoment(until, now).toISOString() };
      const { deploymentMeasures: found } = await context.hub.query<{ readonly deploymentMeasures: ProjectMeasures | null }>(DOCUMENT, variables, context.signal);
      if (found === null) throw await notFoundNear(context, application === undefined ? `project ${project}` : `application ${application}`, { project, application }, `capstan get ${application === undefined ? 'projects' : 'apps'} shows what there is.`);
      if (output === 'json') return context.out(`${JSON.stringify(found, null, 2)}\n`);
      context.out(formatMeasures(found));
      if (found.total.deployments === 0) context.err(`No deployments from ${found.since} to ${found.until}.\n`);
    });
}

/** A row for each app, and one over all where there are several. Pure. */
export function formatMeasures({ total, applications }: Pick<ProjectMeasures, 'total' | 'applications'>): string {
  const rows = applications.map(({ application, measures }) => rowOf(application, measures));
  return formatTable(['app', 'deployments', 'per day', 'lead time', 'failed', 'time to restore', 'not restored'], rows.length > 1 ? [...rows, rowOf('(all)', total)] : rows);
}

function rowOf(name: string, { deployments, perDay, leadTime, failed, changeFailureRate, timeToRestore, notRestored }: Measures): readonly string[] {
  const failures = changeFailureRate === null ? '-' : `${failed} (${Math.round(changeFailureRate * 100)}%)`;
  return [name, String(deployments), perDay >= 0.095 || perDay === 0 ? perDay.toFixed(1) : perDay.toFixed(2), timeOf(leadTime), failures, timeOf(timeToRestore), String(notRestored)];
}

/** Half of them, and nine of ten. */
function timeOf(time: Time | null): string {
  return time === null ? '-' : `${brief(time.p50)} / ${brief(time.p90)}`;
}

/** The two largest units say enough: `26h3m`, `4m12s`, `3s`. */
function brief(duration: string): string {
  const parts = [...duration.matchAll(/\d+(?:ms|h|m|s)/g)].map(([part]) => part);
  const [first = duration, second = ''] = parts.length > 1 ? parts.filter((part) => !part.endsWith('ms')) : parts;
  return `${first}${second}`;
}
