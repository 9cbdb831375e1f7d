import { parseTraceparent, traceUnder } from '#kernel';
import type { AssignmentOrder } from '#domain';
import type { StepContext } from './step.js';

/**
 * Tells, once per order that this process took, how its first pass ended: in the log, and as a span under the one that the order names. Says nothing of
 * an order that was stored before, and nothing more when a later pass mends what failed; reports do.
 */
export function tellApplied({ runtime, inForce, ports }: StepContext, order: AssignmentOrder): void {
  const { takenAt, status } = runtime;
  if (takenAt === undefined || runtime.order !== inForce) return;
  runtime.takenAt = undefined;
  const parent = parseTraceparent(order.traceparent);
  const { target, epoch, generation, project, application, release } = order;
  const name = `${project.name}/${application.name}`;
  ports.log.info('the order came to its end', { target, application: name, epoch, generation, sync: status.sync, reason: status.reason, traceId: parent?.traceId });
  ports.tracer.record({
    name: 'apply', at: traceUnder(parent, target, `apply ${epoch}/${generation}`), parentId: parent?.spanId, startedAt: takenAt, endedAt: ports.tracer.now(),
    attributes: { 'capstan.application': name, 'capstan.commit': release.commit, 'capstan.target': target, 'capstan.sync': status.sync, 'capstan.reason': status.reason },
    ...(status.sync === 'SYNCED' ? {} : { failure: status.reason }),
  });
}
