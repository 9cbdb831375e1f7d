import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PublicRoute } from '../access/index.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

@Controller()
export class HealthController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(Metrics) private readonly metricsOfHub: Metrics,
  ) {}

  /** The process answers: nothing else, or a slow database would restart every replica. */
  @Get('livez')
  @PublicRoute()
  livez(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @PublicRoute()
  async readyz(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const reasons = await this.readiness.reasons();
    const isReady = Object.keys(reasons).length === 0;
    void reply.code(isReady ? 200 : 503);
    return { status: isReady ? 'ready' : 'not ready', reasons };
  }

  @Get('metrics')
  @PublicRoute()
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.metricsOfHub.contentType);
    return this.metricsOfHub.text();
  }
}
