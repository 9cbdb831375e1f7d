import { CliError } from '../cli-error.js';
import type { CliConfig } from '../config.js';
import { EXIT } from '../exit-codes.js';
import { graphqlError, type ReplyError } from './graphql-error.js';
import type { InputOrigin } from './input-origin.js';
import { subscribe } from './subscribe.js';
import { UserRefusal, type UserError } from './user-refusal.js';

interface GraphQLReply {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly ReplyError[];
}

const DEADLINE_MS = 30_000;

/** GraphQL over HTTP, with the failures of transport, token and rights turned into exit codes. */
export class HubClient {
  /** @param readConfig called at the first request, so that help needs neither hub nor token */
  constructor(private readonly readConfig: () => CliConfig) {}

  /** Address of the hub, for what is told to people. @throws CliError as `readConfig` does. */
  get server(): string {
    return this.readConfig().server;
  }

  /**
   * The `data` of a query or mutation. `about` says where the input came from, such as `fleet.yaml:1: app/shop`.
   * @throws CliError: a value does not parse (2), token refused (4), not allowed (5), hub unreachable (8), anything else the hub refuses (20).
   */
  async query<T>(document: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal, about: InputOrigin = ''): Promise<T> {
    const reply = await this.post({ query: document, variables }, signal);
    const [first, ...more] = reply.errors ?? [];
    if (first !== undefined) throw graphqlError([first, ...more], about);
    if (reply.data === undefined || reply.data === null) throw new CliError(EXIT.ERROR, 'the hub sent an answer without data', undefined, 'Is CAPSTAN_SERVER really a Capstan hub?');
    return reply.data as T;
  }

  /** One mutation field's payload. @throws UserRefusal with all of its user errors, and what `query` throws. */
  async mutate<T>(document: string, field: string, input: Readonly<Record<string, unknown>>, signal: AbortSignal, about: InputOrigin = ''): Promise<T> {
    const data = await this.query<Record<string, T & { readonly userErrors: readonly UserError[] }>>(document, { input }, signal, about);
    const payload = data[field];
    if (payload === undefined) throw new CliError(EXIT.ERROR, `the hub sent no ${field}`);
    if (payload.userErrors.length > 0) throw new UserRefusal(payload.userErrors, about);
    return payload;
  }

  /** The `data` of each event of a subscription. Leaving the loop ends it. @throws CliError as `query` does. */
  async *subscribe<T>(document: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    const { server, token } = this.#loggedIn();
    yield* subscribe<T>({ server, token, document, variables }, signal);
  }

  #loggedIn(): CliConfig {
    const config = this.readConfig();
    if (config.token !== '') return config;
    throw new CliError(EXIT.NOT_AUTHENTICATED, 'no API token', 'neither CAPSTAN_TOKEN nor CAPSTAN_TOKEN_FILE is set', 'Set one. A hub that made its first token itself has written it to DATA_DIR/admin.token.');
  }

  private async post(body: unknown, signal: AbortSignal): Promise<GraphQLReply> {
    const { server, token } = this.#loggedIn();
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${server}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
        redirect: 'error',
      });
      text = await response.text();
    } catch (error) {
      if (signal.aborted) throw error;
      throw new CliError(EXIT.HUB_UNREACHABLE, `the hub at ${server} cannot be reached`, causeOf(error), 'Check CAPSTAN_SERVER, and that the hub runs.');
    }
    return parseReply(response.status, text, server);
  }
}

function parseReply(status: number, text: string, server: string): GraphQLReply {
  if (status === 401) throw new CliError(EXIT.NOT_AUTHENTICATED, 'the hub does not accept the API token', undefined, 'Check CAPSTAN_TOKEN: it may be of another hub, expired or revoked.');
  if (status === 403) throw new CliError(EXIT.DENIED, 'the API token may not do this');
  if (status === 404) throw new CliError(EXIT.ERROR, `there is no Capstan API at ${server}`, 'the answer to /graphql is 404', 'Check CAPSTAN_SERVER.');
  if (status > 500) throw new CliError(EXIT.HUB_UNREACHABLE, `the hub answered ${status}`, undefined, 'Try again in a moment.');
  try {
    return JSON.parse(text) as GraphQLReply;
  } catch {
    throw new CliError(EXIT.ERROR, `the hub answered ${status} and no JSON`, undefined, 'Is CAPSTAN_SERVER really a Capstan hub?');
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}
