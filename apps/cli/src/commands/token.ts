import { Command } from 'commander';
import { notFound } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { formatAge } from '../output/format-age.js';
import { formatTable } from '../output/format-table.js';

const CREATE = 'mutation Create($input: CreateApiTokenInput!) { createApiToken(input: $input) { token userErrors { code field message hint details } } }';
const LIST = 'query Tokens { apiTokens { id name prefix scopes emails createdAt expiresAt revokedAt lastUsedAt } }';
const REVOKE = 'mutation Revoke($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) { userErrors { code field message hint details } } }';

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly emails: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}
interface CreateOptions {
  readonly scope: readonly string[];
  readonly email: readonly string[];
  readonly expiresAt?: string;
}

/** `capstan token create|list|revoke`: API tokens of one's own, and of the people whose addresses they carry. */
export function tokenCommand(context: CommandContext): Command {
  return new Command('token').description('API tokens').addCommand(createCommand(context)).addCommand(listCommand(context)).addCommand(revokeCommand(context));
}

function createCommand(context: CommandContext): Command {
  return new Command('create')
    .description('make a token; its text is printed once')
    .argument('<name>', 'unique among your tokens in force')
    .option('--scope <permission>', 'what it may do, such as rollout:approve; may be given more than once (default: all that you may)', collect, [])
    .option('--email <address>', 'an address under which its person commits; may be given more than once (default: those of your token)', collect, [])
    .option('--expires-at <time>', 'when it stops working, as 2026-12-31T00:00:00Z')
    .action(async (name: string, { scope, email, expiresAt }: CreateOptions) => {
      const input = { name, ...(scope.length === 0 ? {} : { scopes: scope }), ...(email.length === 0 ? {} : { emails: email }), expiresAt: expiresAt ?? null };
      const { token } = await context.hub.mutate<{ readonly token: string }>(CREATE, 'createApiToken', input, context.signal);
      context.out(`${token}\n`);
      context.err('Keep it: it is told once.\n');
    });
}

function listCommand(context: CommandContext): Command {
  return new Command('list').description('your tokens in force').action(async () => {
    const now = context.clock.now();
    const rows = (await tokens(context)).map((one) => [one.name, one.prefix, one.scopes.join(','), one.emails.join(',') || '<none>', one.expiresAt ?? 'never', formatAge(one.lastUsedAt, now), formatAge(one.createdAt, now)]);
    context.out(formatTable(['name', 'prefix', 'scopes', 'emails', 'expires', 'last used', 'age'], rows));
  });
}

function revokeCommand(context: CommandContext): Command {
  return new Command('revoke')
    .description('end a token at once')
    .argument('<name>', 'its name')
    .action(async (name: string) => {
      const found = (await tokens(context)).find((one) => one.name === name);
      if (found === undefined) throw notFound(`token ${name}`, 'capstan token list shows yours.');
      await context.hub.mutate(REVOKE, 'revokeApiToken', { id: found.id }, context.signal);
      context.out(`token/${name} revoked\n`);
    });
}

/** Those that were not revoked. */
async function tokens(context: CommandContext): Promise<readonly TokenRow[]> {
  const { apiTokens } = await context.hub.query<{ readonly apiTokens: readonly TokenRow[] }>(LIST, {}, context.signal);
  return apiTokens.filter((one) => one.revokedAt === null);
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
