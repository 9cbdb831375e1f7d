import { suggest } from '#kernel';
import { Command } from 'commander';
import { notFound, usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { nearNames } from './near-names.js';
import { needApplication, needCluster } from './need-named.js';
import { allPages } from '../hub/all-pages.js';
import { paste } from '../output/paste.js';
import { formatNodes, parseOutput } from '../output/print-nodes.js';
import { printWarningsOf } from './print-warnings.js';
import { parseReference, resourceKind, textAt, type ResourceKind, type Row } from './resources.js';

interface GetOptions {
  readonly output: string;
  readonly selector?: string;
  readonly project?: string;
  readonly application?: string;
  readonly cluster?: string;
  readonly headers: boolean;
}

/** `capstan get KIND [NAME]`, `capstan get KIND/NAME`: rows for people, `{items}` for programs. */
export function getCommand(context: CommandContext): Command {
  return new Command('get')
    .description('list clusters, projects, repositories, apps, releases, targets or git-writes')
    .argument('<kind>', 'clusters | projects | repositories | apps | releases | targets | git-writes')
    .argument('[name]', 'only this one')
    .option('-o, --output <format>', 'table | wide | json | yaml | name', 'table')
    .option('-l, --selector <selector>', 'clusters, or targets on clusters, with these labels: env=prod,tier!=edge')
    .option('-p, --project <name>', 'the project (default: all that you may see; for releases: default)')
    .option('-a, --application <name>', 'releases, targets or git-writes of this application')
    .option('-c, --cluster <name>', 'targets on this cluster')
    .option('--no-headers', 'without the line of headers')
    .action(async (kindText: string, nameText: string | undefined, options: GetOptions) => {
      const { kind, name } = kindText.includes('/') && nameText === undefined ? parseReference([kindText]) : { kind: resourceKind(kindText), name: nameText };
      const output = parseOutput(options.output);
      checkFilters(kind, options);
      const { selector, project, application, cluster } = options;
      const rows = await allPages<Row>(context.hub, kind.document, kind.field, { selector, project, application, cluster }, context.signal);
      if (rows.length === 0 && application !== undefined) await needApplication(context, application, project);
      if (rows.length === 0 && cluster !== undefined) await needCluster(context, cluster);
      if (rows.length === 0 && project !== undefined) await needProject(context, project);
      const wanted = name === undefined ? rows : rows.filter((row) => isNamed(row, name));
      if (name !== undefined && wanted.length === 0) throw nothingNamed(kind, name, rows);
      context.out(formatNodes(wanted, kind.columns(context.clock.now()), output, options.headers));
      if (kind.singular === 'application' && name !== undefined) for (const row of wanted) await printWarningsOf(context, textAt(row, 'project', 'name'), textAt(row, 'name'));
      if (wanted.length === 0 && (output === 'table' || output === 'wide')) context.err(`No ${kind.plural} found.\n`);
    });
}

/** A filter that a kind does not have is refused: ignoring it would show more than was asked for. */
function checkFilters(kind: ResourceKind, options: GetOptions): void {
  if (options.selector !== undefined && !kind.takesSelector) throw usage(`${kind.plural} have no labels to select by`, 'Use -l with clusters or targets.');
  if (options.application !== undefined && !kind.document.includes('$application')) throw usage(`${kind.plural} do not belong to one app`, 'Use --application with releases, targets or git-writes.');
  if (options.cluster !== undefined && !kind.document.includes('$cluster')) throw usage(`${kind.plural} do not belong to one cluster`, 'Use --cluster with targets.');
  if (kind.needsApplication && options.application === undefined) throw usage(`${kind.plural} of which app?`, `capstan get ${kind.plural} --application NAME`);
}

async function needProject(context: CommandContext, project: string): Promise<void> {
  const near = await nearNames(context, { project });
  if (near !== '') throw notFound(`project ${project}`, `${near} capstan get projects shows what there is.`);
}

/** What is told of a name that none of the rows has. Pure. */
export function nothingNamed(kind: ResourceKind, name: string, rows: readonly Row[]): Error {
  if (kind.singular === 'target' && !name.includes('@')) return notFound(`target ${name}`, `Targets are named APP@CLUSTER. Those of one app: ${paste('get targets', ['-a', name], {})}`);
  const near = suggest(name, rows.map((row) => textAt(row, 'name')));
  return notFound(`${kind.singular} ${name}`, `${near === undefined ? '' : `Did you mean ${near}? `}capstan get ${kind.plural} shows what there is.`);
}

/** By name or number; a target may leave out the project `default`. */
export function isNamed(row: Row, name: string): boolean {
  return textAt(row, 'name') === name || textAt(row, 'name') === `default/${name}` || textAt(row, 'number') === name;
}
