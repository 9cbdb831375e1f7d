import type { Json } from '#kernel';
import type { KubeObject } from '#domain';
import { until, type AuditEntry } from '#testing';
import { cm, configMap } from '../../../apps/agent/test/test-agent.js';
import { AgentStage, type AgentStageRequest, type OrderMore } from '../stage/agent-stage.js';

const HEALED_MS = 60_000;

/** A stage where people and controllers edit. Each application has a canary beside its objects, which tells that the agent has looked. */
export class DriftStage extends AgentStage {
  static override async start(request: AgentStageRequest = {}): Promise<DriftStage> {
    return AgentStage.open(request, (...parts) => new DriftStage(...parts));
  }

  override order(application: string, objects: readonly KubeObject[], more: OrderMore = {}): Promise<bigint> {
    return super.order(application, [...objects, configMap(canaryOf(application), { sings: 'yes' })], more);
  }

  /**
   * Everything that came before was looked at: edits of another object of the same application, made after it, have been healed. Beats waiting for a
   * while in which nothing may happen. Twice, since the events of two kinds come in no order.
   */
  async settled(application: string): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) {
      const healed = this.healedCount(application);
      await this.edit(cm(canaryOf(application)), { data: { sings: `not-${healed}` } });
      await until(`the canary of ${application} is healed`, HEALED_MS, () => (this.healedCount(application) > healed ? true : undefined), () => this.agent.last(application)?.message ?? '');
    }
  }

  healedCount(application: string): number {
    return this.agent.last(application)?.healedCount ?? 0;
  }

  /** But for those of canaries. */
  override entries(): readonly AuditEntry[] {
    return super.entries().filter(({ requestUri }) => !requestUri.includes('/canary'));
  }

  /** The bodies of those writes. */
  bodies(): readonly Json[] {
    return this.entries().map(({ requestObject }) => JSON.parse(JSON.stringify(requestObject ?? null)));
  }
}

function canaryOf(application: string): string {
  return `canary-${application}`;
}
