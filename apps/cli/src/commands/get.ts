import { Command } from 'commander';
import { notFound, usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { allPages } from '../hub/all-pages.js';
import { formatNodes, parseOutput } from '../output/print-nodes.js';
import { resourceKind, textAt, type Row } from './resources.js';

interface GetOptions {
  readonly output: string;
  readonly selector?: string;
  readonly project?: string;
  readonly application?: string;
  readonly cluster?: string;
  readonly headers: boolean;
}

/** `capstan get KIND [NAME]`: rows for people, `{items}` for programs. */
export function getCommand(context: CommandContext): Command {
  return new Command('get')
    .description('list clusters, repositories, apps, releases or targets')
    .argument('<kind>', 'clusters | repositories | apps | releases | targets')
    .argument('[name]', 'only this one')
    .option('-o, --output <format>', 'table | wide | json | yaml | name', 'table')
    .option('-l, --selector <selector>', 'clusters, or targets on clusters, with these labels: env=prod,tier!=edge')
    .option('-p, --project <name>', 'the project (default: all that you may see; for releases: default)')
    .option('-a, --application <name>', 'releases or targets of this application')
    .option('-c, --cluster <name>', 'targets on this cluster')
    .option('--no-headers', 'without the line of headers')
    .action(async (kindText: string, name: string | undefined, options: GetOptions) => {
      const kind = resourceKind(kindText);
      const output = parseOutput(options.output);
      if (options.selector !== undefined && !kind.takesSelector) throw usage(`${kind.plural} have no labels to select by`, 'Use -l with clusters or targets.');
      if (kind.needsApplication && options.application === undefined) throw usage(`${kind.plural} of which application?`, `capstan get ${kind.plural} --application NAME`);
      const rows = await allPages<Row>(
        context.hub,
        kind.document,
        kind.field,
        { selector: options.selector, project: options.project, application: options.application, cluster: options.cluster },
        context.signal,
      );
      const wanted = name === undefined ? rows : rows.filter((row) => isNamed(row, name));
      if (name !== undefined && wanted.length === 0) throw notFound(`${kind.singular} ${name}`, `capstan get ${kind.plural} shows what there is.`);
      context.out(formatNodes(wanted, kind.columns(context.clock.now()), output, options.headers));
      if (wanted.length === 0 && (output === 'table' || output === 'wide')) context.err(`No ${kind.plural} found.\n`);
    });
}

/** By name or number; a target may leave out the project `default`. */
export function isNamed(row: Row, name: string): boolean {
  return textAt(row, 'name') === name || textAt(row, 'name') === `default/${name}` || textAt(row, 'number') === name;
}
