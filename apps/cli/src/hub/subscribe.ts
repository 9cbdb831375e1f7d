import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { graphqlError, type ReplyError } from './graphql-error.js';

export interface Subscription {
  readonly server: string;
  readonly token: string;
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Message {
  readonly type: string;
  readonly payload?: unknown;
}

/** Events that may wait while they are being printed. */
const MAX_WAITING = 1_000;

/**
 * The `data` of each event of a subscription, over graphql-transport-ws, until the hub completes it or the caller leaves, which ends it at the hub too.
 * @throws CliError as `HubClient.query` does
 */
export async function* subscribe<T>({ server, token, document, variables }: Subscription, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  const socket = new WebSocket(`${server.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  const waiting: T[] = [];
  let ended: { readonly error: Error | undefined } | undefined;
  let wake: () => void = () => undefined;
  const end = (error: Error | undefined): void => {
    ended ??= { error };
    wake();
  };
  const send = (message: Message & { readonly id?: string }): void => socket.send(JSON.stringify(message));
  const onAbort = (): void => end(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.addEventListener('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  socket.addEventListener('error', () => end(new CliError(EXIT.HUB_UNREACHABLE, `the hub at ${server} cannot be reached`, undefined, 'Check CAPSTAN_SERVER, and that the hub runs.')));
  socket.addEventListener('close', ({ code }) => end(code === 4403 ? new CliError(EXIT.NOT_AUTHENTICATED, 'the hub does not accept the API token', undefined, 'Check CAPSTAN_TOKEN: it may be of another hub, expired or revoked.') : new CliError(EXIT.HUB_UNREACHABLE, `the hub closed the connection (${code})`, undefined, 'Try again in a moment.')));
  socket.addEventListener('message', ({ data }) => {
    const { type, payload } = JSON.parse(String(data)) as Message;
    if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query: document, variables } as unknown });
    else if (type === 'ping') send({ type: 'pong' });
    else if (type === 'error') end(firstError(payload));
    else if (type === 'complete') end(undefined);
    else if (type === 'next') {
      const { data: event, errors } = payload as { readonly data?: T | null; readonly errors?: readonly ReplyError[] };
      if (errors !== undefined || event === undefined || event === null) return end(firstError(errors));
      waiting.push(event);
      if (waiting.length > MAX_WAITING) end(new CliError(EXIT.ERROR, 'the hub tells more than can be printed'));
      wake();
    }
  });
  try {
    for (;;) {
      const event = waiting.shift();
      if (event !== undefined) yield event;
      else if (ended === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else if (ended.error === undefined) return;
      else throw ended.error;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.close(1000);
  }
}

function firstError(errors: unknown): CliError {
  const [first, ...more] = Array.isArray(errors) ? (errors as readonly ReplyError[]) : [];
  return first === undefined ? new CliError(EXIT.ERROR, 'the hub sent an event without data') : graphqlError([first, ...more], '');
}
