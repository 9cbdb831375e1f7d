import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { HubConfig } from '../../platform/config.js';
import { HUB_CONFIG } from '../../platform/tokens.js';
import { AnswerWebhook } from './answer-webhook.js';
import { WEBHOOK_PROVIDERS, WEBHOOK_SCHEMES } from './schemes/index.js';

/**
 * The routes of webhooks, where the role `api` is. They stand apart from every other route of the server: nothing parses their body,
 * whatever its content type says, since its signature is over the bytes as they came.
 */
@Injectable()
export class WebhookRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(HUB_CONFIG) private readonly config: HubConfig,
    @Inject(AnswerWebhook) private readonly webhooks: AnswerWebhook,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.config.roles.includes('api')) return;
    const server: FastifyInstance = this.host.httpAdapter.getInstance();
    await server.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
      for (const provider of WEBHOOK_PROVIDERS) scope.post(`/webhooks/${provider}/:repository`, (request, reply) => this.webhooks.answer(WEBHOOK_SCHEMES[provider], request, reply));
      done();
    });
  }
}
