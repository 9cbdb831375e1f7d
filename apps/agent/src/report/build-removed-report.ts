import type { Order, TargetReport } from '#domain';

/**
 * The last word on a target: nothing of it is left here. Pure.
 *
 * @param message what was let go because it asks to stay; empty: nothing was
 */
export function buildRemovedReport(order: Order, observedAt: Date, message = ''): TargetReport {
  return {
    target: order.target,
    epoch: order.epoch,
    generation: order.generation,
    release: undefined,
    commit: '',
    renderDigest: undefined,
    sync: 'REMOVED',
    reason: 'REMOVED',
    message,
    health: 'UNKNOWN',
    healthMessage: '',
    objectCount: 0,
    unhealthy: [],
    drifted: [],
    healedCount: 0,
    pendingRemoval: undefined,
    observedAt,
  };
}
