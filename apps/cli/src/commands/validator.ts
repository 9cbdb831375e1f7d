import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { allPages } from '../hub/all-pages.js';
import { formatAge } from '../output/format-age.js';
import { formatTable } from '../output/format-table.js';
import { consent } from './consent.js';

const ERRORS = 'userErrors { code field message hint details }';
const LIST = `query Validators($after: String, $project: String) { validators(first: 200, after: $after, project: $project) { edges { node {
  id name url version keyChangedAt createdAt project { name } } } pageInfo { hasNextPage endCursor } } }`;

interface Listed {
  readonly name: string;
  readonly url: string;
  readonly keyChangedAt: string;
  readonly createdAt: string;
}
interface Options {
  readonly project: string;
  readonly url: string;
  readonly output: string;
  readonly yes?: boolean;
}

/** `capstan validator list|create|update|rotate-key|delete`: services that gates of rollouts ask. */
export function validatorCommand(context: CommandContext): Command {
  return new Command('validator')
    .description('services that gates of rollouts ask')
    .addCommand(listCommand(context))
    .addCommand(
      named('create', 'add a validator; prints the key that its questions are signed with, once')
        .requiredOption('--url <url>', 'where questions go: https, without credentials (required)')
        .action(async (name: string, { project, url }: Options) => printKey(context, name, await mutate<WithKey>(context, 'create', '', { project, name, url }, 'signingKey'), 'created')),
    )
    .addCommand(
      named('update', 'give a validator another address')
        .requiredOption('--url <url>', 'where questions go: https, without credentials (required)')
        .action(async (name: string, { project, url }: Options) => {
          await mutate(context, 'update', '', { project, name, url }, 'validator { version }');
          context.out(`validator/${name} configured\n`);
        }),
    )
    .addCommand(
      named('rotate-key', 'give a validator another key and print it, once; the key before signs on for a day').action(async (name: string, { project }: Options) =>
        printKey(context, name, await mutate<WithKey>(context, 'rotate', 'Key', { project, name }, 'signingKey'), 'has a new key; the one before signs beside it for a day'),
      ),
    )
    .addCommand(
      named('delete', 'take a validator away; gates that name it wait, and fail at their deadline').option('--yes', 'do it without asking').action(async (name: string, options: Options) => {
        await consent(context, options, name, `this deletes validator/${name} and its key`);
        await mutate(context, 'delete', '', { project: options.project, name }, 'deletedId');
        context.out(`validator/${name} deleted\n`);
      }),
    );
}

interface WithKey {
  readonly signingKey: string;
}

function named(verb: string, description: string): Command {
  return new Command(verb).description(description).argument('<name>', 'the name of the validator').option('-p, --project <name>', 'the project', 'default');
}

function listCommand(context: CommandContext): Command {
  return new Command('list')
    .description('the validators of a project')
    .option('-p, --project <name>', 'the project', 'default')
    .option('-o, --output <format>', 'table | json', 'table')
    .action(async ({ project, output }: Options) => {
      if (output !== 'table' && output !== 'json') throw usage(`unknown output: ${output}`, 'The outputs are table and json.');
      const items = await allPages<Listed>(context.hub, LIST, 'validators', { project }, context.signal);
      if (output === 'json') return context.out(`${JSON.stringify({ items }, null, 2)}\n`);
      const now = context.clock.now();
      context.out(formatTable(['name', 'url', 'key age', 'age'], items.map(({ name, url, keyChangedAt, createdAt }) => [name, url, formatAge(keyChangedAt, now), formatAge(createdAt, now)])));
      if (items.length === 0) context.err('No validators: capstan validator create NAME --url URL.\n');
    });
}

async function mutate<T>(context: CommandContext, verb: 'create' | 'update' | 'rotate' | 'delete', what: '' | 'Key', input: Readonly<Record<string, string>>, wanted: string): Promise<T> {
  const mutation = `${verb}Validator${what}`;
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  return context.hub.mutate<T>(`mutation Change($input: ${type}!) { ${mutation}(input: $input) { ${wanted} ${ERRORS} } }`, mutation, input, context.signal);
}

/** The key alone goes to standard output, so that it can be piped to where it is kept. */
function printKey(context: CommandContext, name: string, { signingKey }: WithKey, done: string): void {
  context.err(`validator/${name} ${done}. Its signing key, which is not shown again:\n`);
  context.out(`${signingKey}\n`);
}
