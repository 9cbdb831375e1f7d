import { err, ok, type Clock } from '#kernel';
import { healthOf, objectKey, type TargetId } from '#domain';
import type { KubeClient } from '#kube';
import type { ObjectReader } from '../apply/object-reader.js';
import type { HealthJudge } from '../health/health-judge.js';
import type { TargetRuntime } from '../reconcile/target-runtime.js';
import type { RequestHandler } from '../session/session.ports.js';
import { describeObject, type DescribeDeps } from './describe-object.js';
import { describeOwnedObject } from './describe-owned-object.js';
import { listResources } from './list-resources.js';
import { readLogs } from './read-logs.js';

export interface AnswerDeps {
  readonly reader: ObjectReader;
  readonly judge: HealthJudge;
  readonly own: KubeClient;
  readonly clock: Clock;
  /** undefined: the target is not held. */
  readonly runtimeOf: (target: TargetId) => TargetRuntime | undefined;
}

/** Trees that are looked up at once: each holds a page of a list. */
const MAX_TREES = 2;

/** Answers the hub's questions about targets from what the reconciler knows and the cluster says. Changes nothing, keeps nothing. */
export function answerRequests({ reader, judge, own, clock, runtimeOf }: AnswerDeps): RequestHandler {
  let treesOpen = 0;
  return {
    describeObject(target, ref, signal) {
      const runtime = runtimeOf(target);
      const entry = runtime?.entry(objectKey(ref));
      const deps: DescribeDeps = { reader, clock, judge: (live) => (runtime === undefined ? Promise.resolve(healthOf(live, clock.now())) : judge.judge(target, runtime.order.order, live)) };
      return runtime === undefined || entry !== undefined ? describeObject(deps, entry, signal) : describeOwnedObject(deps, (key) => runtime.entry(key), ref, signal);
    },
    async listResources(target, signal) {
      const runtime = runtimeOf(target);
      if (runtime?.inventory === undefined) return err({ code: 'NOT_FOUND', message: 'the target is not held' });
      if (treesOpen >= MAX_TREES) return err({ code: 'OVERLOADED', message: '' });
      treesOpen += 1;
      try {
        return ok(await listResources({ reader, clock }, runtime.inventory.entries, runtime.observed, signal));
      } finally {
        treesOpen -= 1;
      }
    },
    readLogs: (question, signal) => readLogs({ reader, own }, (key) => runtimeOf(question.target)?.entry(key), question, signal),
  };
}
