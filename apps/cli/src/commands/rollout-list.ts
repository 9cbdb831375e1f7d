import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { formatAge } from '../output/format-age.js';
import { formatTable } from '../output/format-table.js';
import { needApplication } from './need-named.js';

const LIST = `query Rollouts($application: String!, $project: String) { rollouts(application: $application, project: $project, first: 30) { edges { node {
  id number cause state reason createdAt finishedAt release { number commit subject } stages { name state } } } } }`;

interface ListRow {
  readonly number: number;
  readonly cause: string;
  readonly state: string;
  readonly createdAt: string;
  readonly release: { readonly number: number; readonly commit: string; readonly subject: string | null };
  readonly stages: readonly { readonly name: string; readonly state: string }[];
}
interface Answer {
  readonly rollouts: { readonly edges: readonly { readonly node: ListRow }[] };
}

/** `capstan rollout list APP`: the newest 30. */
export function rolloutListCommand(context: CommandContext): Command {
  return new Command('list')
    .description('the newest rollouts of an app')
    .argument('<app>', 'NAME or app/NAME')
    .option('-p, --project <name>', 'the project', 'default')
    .option('-o, --output <format>', 'table | json', 'table')
    .action(async (app: string, { project, output }: { readonly project: string; readonly output: string }) => {
      if (output !== 'table' && output !== 'json') throw usage(`unknown output: ${output}`, 'The outputs are table and json.');
      const name = app.replace(/^(app|apps|application)\//, '');
      const { rollouts } = await context.hub.query<Answer>(LIST, { application: name, project }, context.signal);
      const items = rollouts.edges.map(({ node }) => node);
      if (items.length === 0) await needApplication(context, name, project);
      if (output === 'json') return context.out(`${JSON.stringify({ items }, null, 2)}\n`);
      const now = context.clock.now();
      context.out(formatTable(['number', 'state', 'cause', 'release', 'stages', 'age'], items.map((item) => rowOf(item, now))));
      if (items.length === 0) context.err(`No rollouts yet: capstan describe app/${name} says what it waits for.\n`);
    });
}

/** Stages that are open have a `>`, those to come are in brackets. */
function rowOf({ number, state, cause, release, stages, createdAt }: ListRow, now: Date): readonly string[] {
  const said = stages.map(({ name, state: of }) => (of === 'OPEN' ? `>${name}` : of === 'CLOSED' ? name : `(${name})`)).join(' ');
  return [String(number), state, cause, `${release.number} ${release.commit.slice(0, 12)}`, said, formatAge(createdAt, now)];
}
