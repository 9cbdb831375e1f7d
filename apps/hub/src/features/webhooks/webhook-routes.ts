import type { Log, Timers } from '#kernel';
import { isUuid } from '#kernel';
import { repositoryId } from '#domain';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HubConfig } from '../../platform/config.js';
import { HUB_CONFIG, LOG, TIMERS } from '../../platform/tokens.js';
import { ReceiveWebhook, type WebhookAnswer } from './receive-webhook.js';
import { WEBHOOK_PROVIDERS, WEBHOOK_SCHEMES } from './schemes/index.js';
import type { WebhookScheme } from './webhook-scheme.js';

const BODY_DEADLINE_MS = 10_000;
const RETRY_AFTER_SECONDS = '5';
const ANSWERS: Readonly<Record<WebhookAnswer, { readonly status: number; readonly body: object }>> = {
  ACCEPTED: { status: 202, body: { status: 'accepted' } },
  REFUSED: { status: 401, body: { error: 'the signature does not match' } },
  TOO_LARGE: { status: 413, body: { error: 'the body is larger than 25 MiB' } },
  BUSY: { status: 503, body: { error: 'too many webhooks at once' } },
};

/**
 * The routes of webhooks, where the role `api` is. They stand apart from every other route of the server: nothing parses their body,
 * whatever its content type says, since its signature is over the bytes as they came.
 */
@Injectable()
export class WebhookRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(HUB_CONFIG) private readonly config: HubConfig,
    @Inject(ReceiveWebhook) private readonly receive: ReceiveWebhook,
    @Inject(TIMERS) private readonly timers: Timers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.config.roles.includes('api')) return;
    const server: FastifyInstance = this.host.httpAdapter.getInstance();
    await server.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
      for (const provider of WEBHOOK_PROVIDERS) scope.post(`/webhooks/${provider}/:repository`, (request, reply) => this.#answer(WEBHOOK_SCHEMES[provider], request, reply));
      done();
    });
  }

  async #answer(scheme: WebhookScheme, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { repository = '' } = request.params as { readonly repository?: string };
    const late = this.timers.after(BODY_DEADLINE_MS, () => request.raw.destroy(new Error('the body takes too long')));
    // Leaving the body unread must not close the connection before the answer is out.
    const body: AsyncIterable<Uint8Array> = request.raw.iterator({ destroyOnReturn: false });
    try {
      const answer = await this.receive.execute({ repository: isUuid(repository) ? repositoryId(repository) : undefined, scheme, headers: request.headers, body });
      const { status, body: text } = ANSWERS[answer];
      if (answer === 'BUSY') void reply.header('retry-after', RETRY_AFTER_SECONDS);
      if (!request.raw.readableEnded) void reply.header('connection', 'close'); // the rest of the body is not read
      return await reply.code(status).send(text);
    } catch (error) {
      if (request.raw.destroyed && !request.raw.readableEnded) return reply.hijack(); // the sender went away, or was too slow
      this.log.error('a webhook could not be taken', { requestId: request.id, error });
      return reply.code(500).send({ error: 'something went wrong in the hub', requestId: request.id });
    } finally {
      late.cancel();
    }
  }
}
