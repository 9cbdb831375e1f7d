import { isUuid, type Log, type Timers } from '#kernel';
import { repositoryId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOG, TIMERS } from '../../platform/tokens.js';
import { ReceiveWebhook, type WebhookAnswer } from './receive-webhook.js';
import type { WebhookScheme } from './webhook-scheme.js';

const BODY_DEADLINE_MS = 10_000;
const RETRY_AFTER_SECONDS = '5';
const ANSWERS: Readonly<Record<WebhookAnswer, { readonly status: number; readonly body: object }>> = {
  ACCEPTED: { status: 202, body: { status: 'accepted' } },
  REFUSED: { status: 401, body: { error: 'the signature does not match' } },
  TOO_LARGE: { status: 413, body: { error: 'the body is larger than 25 MiB' } },
  BUSY: { status: 503, body: { error: 'too many webhooks at once' } },
};

/** One webhook from its HTTP request to its answer: the body is handed on as it comes, within a deadline. */
@Injectable()
export class AnswerWebhook {
  constructor(
    @Inject(ReceiveWebhook) private readonly receive: ReceiveWebhook,
    @Inject(TIMERS) private readonly timers: Timers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async answer(scheme: WebhookScheme, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
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
