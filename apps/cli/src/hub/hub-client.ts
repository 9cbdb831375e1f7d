import { CliError } from '../cli-error.js';
import type { CliConfig } from '../config.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

/** What a mutation says about input that a person can fix. */
export interface UserError {
  readonly code: string;
  readonly field: readonly string[];
  readonly message: string;
  readonly hint: string | null;
  readonly details?: unknown;
}

interface GraphQLReply {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string; readonly requestId?: string } }[];
}

const DEADLINE_MS = 30_000;

/** GraphQL over HTTP, with the failures of transport, token and rights turned into exit codes. */
export class HubClient {
  constructor(private readonly config: CliConfig) {}

  /**
   * The `data` of a query or mutation.
   * @throws CliError: hub unreachable (8), token refused (4), not allowed (5), anything else the hub refuses (20).
   */
  async query<T>(document: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<T> {
    const reply = await this.post({ query: document, variables }, signal);
    const [first] = reply.errors ?? [];
    if (first !== undefined) throw graphqlError(first.message, first.extensions?.code, first.extensions?.requestId);
    if (reply.data === undefined || reply.data === null) throw new CliError(EXIT.ERROR, 'the hub sent an answer without data', undefined, 'Is CAPSTAN_SERVER really a Capstan hub?');
    return reply.data as T;
  }

  /** One mutation field's payload; its user errors become one CliError that says all of them. */
  async mutate<T>(document: string, field: string, input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<T> {
    const data = await this.query<Record<string, T & { readonly userErrors: readonly UserError[] }>>(document, { input }, signal);
    const payload = data[field];
    if (payload === undefined) throw new CliError(EXIT.ERROR, `the hub sent no ${field}`);
    if (payload.userErrors.length > 0) throw userError(payload.userErrors);
    return payload;
  }

  private async post(body: unknown, signal: AbortSignal): Promise<GraphQLReply> {
    if (this.config.token === '') {
      throw new CliError(EXIT.NOT_AUTHENTICATED, 'no API token', undefined, 'Set CAPSTAN_TOKEN, or CAPSTAN_TOKEN_FILE to a file that holds it.');
    }
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.config.server}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.config.token}` },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
        redirect: 'error',
      });
      text = await response.text();
    } catch (error) {
      if (signal.aborted) throw error;
      throw new CliError(EXIT.HUB_UNREACHABLE, `the hub at ${this.config.server} cannot be reached`, causeOf(error), 'Check CAPSTAN_SERVER, and that the hub runs.');
    }
    if (response.status === 401) throw new CliError(EXIT.NOT_AUTHENTICATED, 'the hub does not accept the API token', undefined, 'Check CAPSTAN_TOKEN: it may have expired or been revoked.');
    if (response.status === 403) throw new CliError(EXIT.DENIED, 'the API token may not do this');
    if (response.status >= 500 && response.status !== 500) throw new CliError(EXIT.HUB_UNREACHABLE, `the hub answered ${response.status}`, undefined, 'Try again in a moment.');
    try {
      return JSON.parse(text) as GraphQLReply;
    } catch {
      throw new CliError(EXIT.ERROR, `the hub answered ${response.status} and no JSON`, undefined, 'Is CAPSTAN_SERVER really a Capstan hub?');
    }
  }
}

function graphqlError(message: string, code: string | undefined, requestId: string | undefined): CliError {
  const exits: Readonly<Record<string, ExitCode>> = { UNAUTHENTICATED: EXIT.NOT_AUTHENTICATED, FORBIDDEN: EXIT.DENIED, NOT_FOUND: EXIT.NOT_FOUND };
  return new CliError(exits[code ?? ''] ?? EXIT.ERROR, message, requestId === undefined ? undefined : `request ${requestId}`);
}

const CONFLICTS = new Set(['REMOVAL_NEEDS_CONFIRMATION', 'IDEMPOTENCY_KEY_REUSED']);

function userError(errors: readonly UserError[]): CliError {
  const [first] = errors;
  const message = errors.map((e) => (e.field.length > 0 ? `${e.field.join('.')}: ${e.message}` : e.message)).join('\n');
  const code = first?.code ?? '';
  const exit = code.endsWith('NOT_FOUND') ? EXIT.NOT_FOUND : code.startsWith('DUPLICATE_') || code.startsWith('STALE_') || CONFLICTS.has(code) ? EXIT.CONFLICT : EXIT.ERROR;
  return new UserRefusal(exit, message, code, errors);
}

/** The hub refused the input; `errors` holds what it said, with codes. */
export class UserRefusal extends CliError {
  constructor(
    exitCode: ExitCode,
    message: string,
    readonly code: string,
    readonly errors: readonly UserError[],
  ) {
    super(exitCode, message, code, errors.map((e) => e.hint).filter((hint) => hint !== null).join('\n') || undefined);
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}
