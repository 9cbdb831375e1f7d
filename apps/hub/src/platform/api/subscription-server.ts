import type { Ids, Log, Timers } from '#kernel';
import { GraphQLError, Kind, parse, specifiedRules, validate, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import { CloseCode, type SubscribePayload } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Authenticator} from '../access/index.js';
import { bearerTokenOf, type Viewer } from '../access/index.js';
import { DOCUMENT_LIMITS, documentLimits } from './document-limits.js';
import { formatDocumentError, formatError } from './format-errors.js';
import { contextOf, type GraphqlContext } from './graphql-context.js';

interface Peer {
  viewer?: Viewer;
  checkedAtMs?: number;
}

const PATH = '/graphql';
const MAX_CONNECTIONS = 2_000;
const MAX_OPERATIONS = 50;
const MAX_MESSAGE_BYTES = 64 * 1024;
const RECHECK_MS = 2_000;

export interface SubscriptionPorts {
  readonly authenticator: Authenticator;
  readonly timers: Timers;
  readonly monotonicMs: () => number;
  readonly ids: Ids;
  readonly log: Log;
}

/**
 * GraphQL subscriptions over graphql-transport-ws, on the path and port of the API. The token comes with the upgrade
 * (Authorization) or with connection_init (`{ "authorization": "Bearer ..." }`); it is checked at connection, at every subscribe,
 * before events are sent and every two seconds, so that a revoked token loses its open sockets.
 */
export class SubscriptionServer {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false) });
  readonly #peers = new Map<WebSocket, Peer>();
  readonly #upgraded = new WeakMap<IncomingMessage, Viewer>();
  readonly #stopping = new AbortController();
  #dispose: (() => void | Promise<void>) | undefined;
  #watch: Promise<void> | undefined;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly ports: SubscriptionPorts,
  ) {}

  get connectionCount(): number {
    return this.#peers.size;
  }

  attach(server: Server): void {
    const disposable = useServer<Record<string, unknown>, Record<string, never>>(
      {
        schema: this.schema,
        connectionInitWaitTimeout: 5_000,
        onConnect: async (context) => this.#admit(context.extra, context.connectionParams),
        onSubscribe: (context, _id, payload) => this.#prepare(context.extra, Object.keys(context.subscriptions).length, payload),
        onNext: async (context, _id, _payload, args, result) => {
          await this.#assertStillValid(context.extra);
          const { requestId } = args.contextValue as GraphqlContext;
          const errors = result.errors?.map((error) => formatError(error, requestId, this.ports.log));
          return { ...(result.data === undefined ? {} : { data: result.data }), ...(errors === undefined ? {} : { errors }) };
        },
        onDisconnect: (context) => void this.#peers.delete(context.extra.socket),
      },
      this.#sockets,
    );
    this.#dispose = () => disposable.dispose();
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        this.ports.log.error('a subscription connection failed', { error });
        refuse(socket, 500);
      });
    });
    this.#watch = this.#recheck();
  }

  /** Closes every connection with 1001, which tells clients to come back. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error('the subscription server is stopping'));
    await this.#dispose?.();
    await this.#watch;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    if (new URL(request.url ?? '/', 'http://hub').pathname !== PATH) return refuse(socket, 404);
    if (!isSameOrigin(request)) return refuse(socket, 403);
    if (this.#peers.size >= MAX_CONNECTIONS || this.#stopping.signal.aborted) return refuse(socket, 503);
    if (request.headers.authorization !== undefined) {
      const viewer = await this.#authenticate(request.headers.authorization, request);
      if (viewer === undefined) return refuse(socket, 401);
      this.#upgraded.set(request, viewer);
    }
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('error', () => opened.terminate());
      this.#peers.set(opened, {});
      opened.once('close', () => this.#peers.delete(opened));
      this.#sockets.emit('connection', opened, request);
    });
  }

  /** False closes the socket with 4403. */
  async #admit(extra: Extra, parameters: Readonly<Record<string, unknown>> | undefined): Promise<boolean> {
    const header = parameters?.['authorization'] ?? parameters?.['Authorization'];
    const viewer = this.#upgraded.get(extra.request) ?? (typeof header === 'string' ? await this.#authenticate(header, extra.request) : undefined);
    if (viewer === undefined) return false;
    this.#peers.set(extra.socket, { viewer, checkedAtMs: this.ports.monotonicMs() });
    return true;
  }

  async #prepare(extra: Extra, open: number, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const viewer = await this.#assertStillValid(extra);
    const requestId = this.ports.ids.uuid();
    const bad = (errors: readonly GraphQLError[]): readonly GraphQLError[] => errors.map((error) => new GraphQLError(error.message, formatDocumentError(error, requestId)));
    const say = (message: string): readonly GraphQLError[] => bad([new GraphQLError(message, { extensions: { code: 'DOCUMENT_REFUSED' } })]);
    if (open >= MAX_OPERATIONS) return say(`One connection carries at most ${MAX_OPERATIONS} subscriptions.`);
    if (payload.query.length > DOCUMENT_LIMITS.characters) return say('The document is too long.');
    let document;
    try {
      document = parse(payload.query, { maxTokens: DOCUMENT_LIMITS.tokens });
    } catch (error) {
      if (error instanceof GraphQLError) return bad([error]);
      throw error;
    }
    const errors = validate(this.schema, document, [...specifiedRules, documentLimits], { maxErrors: 10 });
    if (errors.length > 0) return bad(errors);
    const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    if (operations.some((definition) => definition.operation !== 'subscription')) return say('This connection takes subscriptions only; send queries and mutations as POST.');
    return {
      schema: this.schema, document, operationName: payload.operationName ?? null, variableValues: payload.variables ?? null,
      contextValue: contextOf({ viewer: { ...viewer, requestId }, requestId, req: {}, remember: false }),
    };
  }

  /** The viewer while the token is good and grants what it granted; otherwise closes the socket and throws. */
  async #assertStillValid(extra: Extra): Promise<Viewer> {
    const peer = this.#peers.get(extra.socket);
    if (peer?.viewer !== undefined && (await this.#isValid(peer, peer.viewer))) return peer.viewer;
    extra.socket.close(CloseCode.Forbidden, 'Forbidden');
    throw new Error('Forbidden');
  }

  async #isValid(peer: Peer, viewer: Viewer): Promise<boolean> {
    const now = this.ports.monotonicMs();
    if (peer.checkedAtMs !== undefined && now - peer.checkedAtMs < RECHECK_MS) return true;
    const permissions = await this.ports.authenticator.permissionsNow(viewer);
    if (permissions === undefined || [...viewer.permissions].some((held) => !permissions.has(held))) return false;
    peer.checkedAtMs = now;
    return true;
  }

  async #recheck(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.ports.timers.sleep(RECHECK_MS, this.#stopping.signal).catch(() => undefined); // stopping ends the wait
      for (const [socket, peer] of this.#peers) {
        if (this.#stopping.signal.aborted) return;
        if (peer.viewer === undefined) continue;
        try {
          if (!(await this.#isValid(peer, peer.viewer))) socket.close(CloseCode.Forbidden, 'Forbidden');
        } catch (error) {
          this.ports.log.warn('cannot check the tokens of open subscriptions', { error });
          break; // the database is away: no events flow either, and the next round comes
        }
      }
    }
  }

  #authenticate(header: string, request: IncomingMessage): Promise<Viewer | undefined> {
    const token = bearerTokenOf(header);
    const origin = `ws:${request.socket.remoteAddress ?? 'unknown'}`;
    return token === undefined ? Promise.resolve(undefined) : this.ports.authenticator.viewerOf(token, { requestId: this.ports.ids.uuid(), origin });
  }
}

/** A browser always says where a page came from; another site must not open sockets here. Other clients send no Origin. */
function isSameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
