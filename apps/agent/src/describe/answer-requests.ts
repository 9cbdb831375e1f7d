import { err, ok, type Clock } from '#kernel';
import { healthOf, objectKey, type InventoryEntry, type TargetId } from '#domain';
import type { KubeClient } from '#kube';
import type { ObjectReader } from '../apply/object-reader.js';
import type { GateJobs } from '../gate-jobs/gate-jobs.js';
import { hooksToShow } from '../hooks/hooks-to-show.js';
import type { HealthJudge } from '../health/health-judge.js';
import type { TargetRuntime } from '../reconcile/target-runtime.js';
import type { TargetRequests } from '../session/session.ports.js';
import type { TestRuns } from '../tests/test-runs.js';
import { describeObject, type DescribeDeps } from './describe-object.js';
import { describeOwnedObject } from './describe-owned-object.js';
import { listResources } from './list-resources.js';
import { readLogs } from './read-logs.js';

export interface AnswerDeps {
  readonly reader: ObjectReader;
  readonly judge: HealthJudge;
  readonly own: KubeClient;
  readonly clock: Clock;
  readonly tests: Pick<TestRuns, 'ask'>;
  readonly gateJobs: Pick<GateJobs, 'ask'>;
  /** undefined: the target is not held. */
  readonly runtimeOf: (target: TargetId) => TargetRuntime | undefined;
}

/** Trees that are looked up at once: each holds a page of a list. */
const MAX_TREES = 2;

/** Answers the hub's questions about targets from what the reconciler knows and the cluster says. But for runs of tests and of Jobs for gates it changes nothing and keeps nothing. */
export function answerRequests({ reader, judge, own, clock, tests, gateJobs, runtimeOf }: AnswerDeps): TargetRequests {
  let treesOpen = 0;
  return {
    describeObject(target, ref, signal) {
      const runtime = runtimeOf(target);
      const entry = runtime === undefined ? undefined : entryOf(runtime, objectKey(ref));
      const deps: DescribeDeps = { reader, clock, judge: (live) => (runtime === undefined ? Promise.resolve(healthOf(live, clock.now())) : judge.judge(target, runtime.order.order, live)) };
      return runtime === undefined || entry !== undefined ? describeObject(deps, entry, signal) : describeOwnedObject(deps, (key) => entryOf(runtime, key), ref, signal);
    },
    async listResources(target, signal) {
      const runtime = runtimeOf(target);
      if (runtime?.inventory === undefined) return err({ code: 'NOT_FOUND', message: 'the target is not held' });
      if (treesOpen >= MAX_TREES) return err({ code: 'OVERLOADED', message: '' });
      treesOpen += 1;
      try {
        const hooks = hooksToShow(runtime.inventory.head.hooks);
        return ok(await listResources({ reader, clock }, [...runtime.inventory.entries, ...hooks.entries], new Map([...runtime.observed, ...hooks.observed]), signal));
      } finally {
        treesOpen -= 1;
      }
    },
    tests: (question, signal) => tests.ask(question, signal),
    gateJob: (question, signal) => gateJobs.ask(question, signal),
    readLogs: (question, signal) => readLogs({ reader, own }, (key) => entryOf(runtimeOf(question.target), key), question, signal),
  };
}

/** What a target has under a key: an object that is kept, or one of a hook. */
function entryOf(runtime: TargetRuntime | undefined, key: string): InventoryEntry | undefined {
  return runtime?.entry(key) ?? hooksToShow(runtime?.inventory?.head.hooks).entries.find(({ ref }) => objectKey(ref) === key);
}
