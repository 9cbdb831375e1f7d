import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator} from '../access/index.js';
import { bearerTokenOf, type Viewer } from '../access/index.js';
import { DOCUMENT_LIMITS } from './document-limits.js';

const viewers = new WeakMap<FastifyRequest, Viewer>();

/** The viewer that the gate has let through. */
export function viewerOfRequest(request: FastifyRequest): Viewer | undefined {
  return viewers.get(request);
}

/**
 * Stands before every GraphQL request over HTTP: POST with a JSON body only, as forms, plain text and links are what another
 * site can make a browser send; a valid token, before the document is even looked at; and a document of bearable size.
 */
export function graphqlGate(authenticator: Authenticator): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  return async (request, reply) => {
    const refuse = (status: number, code: string, message: string): FastifyReply =>
      reply.code(status).type('application/json').send({ data: null, errors: [{ message, extensions: { code, requestId: request.id, retryable: false } }] });
    if (request.method !== 'POST') return refuse(405, 'BAD_REQUEST', 'Send GraphQL as POST with a JSON body.');
    if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return refuse(415, 'BAD_REQUEST', 'Send GraphQL as application/json.');
    const token = bearerTokenOf(request.headers.authorization);
    const viewer = token === undefined ? undefined : await authenticator.viewerOf(token, { requestId: request.id, origin: `http:${request.ip}` });
    if (viewer === undefined) return refuse(401, 'UNAUTHENTICATED', 'Give a valid API token: Authorization: Bearer cap_...');
    const { query } = (request.body ?? {}) as { readonly query?: unknown };
    if (typeof query !== 'string' || query === '') return refuse(400, 'BAD_REQUEST', 'The body needs a "query".');
    // The engine would take a JSON syntax tree as well, past the limit on tokens.
    if (query.length > DOCUMENT_LIMITS.characters || /^\s*[[{]\s*"/.test(query)) return refuse(400, 'DOCUMENT_REFUSED', `A document is GraphQL text of at most ${DOCUMENT_LIMITS.characters} characters.`);
    viewers.set(request, viewer);
    return undefined;
  };
}
