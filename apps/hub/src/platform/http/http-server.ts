import type { Ids } from '#kernel';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { GRAPHIQL_POLICY } from './graphiql-page.js';
import type { Metrics } from './metrics.js';

/** One MiB for everything but webhooks, whose route sets its own limit. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const REQUEST_ID = /^[A-Za-z0-9-]{8,64}$/;
/** Nothing is loaded from elsewhere, anywhere. */
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

export function httpAdapter(ids: Ids): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : ids.uuid();
    },
  });
}

/** Headers of every answer, and the count and duration of every request. */
export function instrument(server: FastifyInstance, metrics: Metrics): void {
  const seconds = metrics.histogram('http_request_duration_seconds', 'Time to answer HTTP requests.', ['method', 'route', 'status'], [0.005, 0.02, 0.1, 0.5, 2, 10]);
  server.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': request.url.startsWith('/graphiql') ? GRAPHIQL_POLICY : POLICY,
      ...(request.url.startsWith('/graphql') ? { 'cache-control': 'no-store' } : {}),
    });
  });
  server.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    // The route, not the URL: a URL is anybody's to invent, and each would be a new series.
    seconds.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: `${Math.floor(reply.statusCode / 100)}xx` }, reply.elapsedTime / 1_000);
  });
}
