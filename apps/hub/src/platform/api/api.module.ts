import type { Ids, Log, MonotonicClock, Timers } from '#kernel';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { Inject, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import { Authenticator } from '../access/index.js';
import { IDS, LOG, MONOTONIC, TIMERS } from '../tokens.js';
import { DOCUMENT_LIMITS, documentLimits } from './document-limits.js';
import { formatAnswerErrors } from './format-answer-errors.js';
import { contextOf } from './graphql-context.js';
import { graphqlGate, viewerOfRequest } from './graphql-gate.js';
import { MutationInterceptor } from './mutation.interceptor.js';
import { NodeResolver } from './node.resolver.js';
import { SCHEMA_OPTIONS } from './schema-options.js';
import { SubscriptionServer } from './subscription-server.js';

interface MercuriusExecution {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
}

function optionsOf(authenticator: Authenticator, log: Log): MercuriusDriverConfig {
  return {
    path: '/graphql',
    graphiql: false, // its page loads scripts from elsewhere; ours is in graphiql-page.ts
    autoSchemaFile: true,
    sortSchema: true,
    buildSchemaOptions: SCHEMA_OPTIONS,
    // Nest guards only root fields by itself: without this the permission of a field further down would be a word.
    fieldResolverEnhancers: ['guards'],
    allowBatchedQueries: false,
    cache: 256,
    graphql: { parseOptions: { maxTokens: DOCUMENT_LIMITS.tokens }, validateOptions: { maxErrors: 10 } },
    validationRules: [documentLimits],
    additionalRouteOptions: { preHandler: graphqlGate(authenticator) },
    context: (request: FastifyRequest) => {
      const header = request.headers['idempotency-key'];
      return contextOf({ viewer: viewerOfRequest(request), requestId: request.id, idempotencyKey: typeof header === 'string' ? header : undefined, req: request, remember: true });
    },
    errorFormatter: (execution: MercuriusExecution, context: object) => {
      const requestId = 'requestId' in context && typeof context.requestId === 'string' ? context.requestId : '';
      const { statusCode, errors } = formatAnswerErrors(execution.errors ?? [], requestId, log);
      return { statusCode, response: { data: (execution.data ?? null) as null, errors: errors as never } };
    },
  };
}

/** GraphQL over HTTP and WebSocket. The schema is made from the resolvers in memory; `gen` writes it to the root. */
@Module({
  imports: [
    GraphQLModule.forRootAsync<MercuriusDriverConfig>({ driver: MercuriusDriver, inject: [Authenticator, LOG], useFactory: optionsOf }),
  ],
  providers: [NodeResolver, { provide: APP_INTERCEPTOR, useClass: MutationInterceptor }],
})
export class ApiModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #subscriptions: SubscriptionServer | undefined;

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(GraphQLSchemaHost) private readonly schema: GraphQLSchemaHost,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(TIMERS) private readonly timers: Timers,
    @Inject(MONOTONIC) private readonly monotonic: MonotonicClock,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    const { authenticator, timers, ids, log } = this;
    this.#subscriptions = new SubscriptionServer(this.schema.schema, { authenticator, timers, ids, log, monotonicMs: () => this.monotonic.nowMs() });
    this.#subscriptions.attach(this.host.httpAdapter.getHttpServer());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#subscriptions?.close();
  }
}
