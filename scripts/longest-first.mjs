/**
 * Which test files Jest begins first: those that are known to take longest, so that no worker is left with one of them when the others have ended.
 * The rest comes as Jest has it: what took longest the last time on this machine, else the largest. The base class comes with Jest.
 */
import TestSequencer from '@jest/test-sequencer';

/** From about half a minute on, on two cores that do nothing else. What is missing here costs time and nothing else. */
const LONGEST = [
  'test/e2e/well-known-manifests.e2e-spec.ts',
  'test/faults/fault-schedules.e2e-spec.ts',
  'test/e2e/demo.e2e-spec.ts',
  'test/e2e/bad-input.e2e-spec.ts',
  'test/e2e/credential-canaries.e2e-spec.ts',
  'test/kubernetes/contract-real.k8s-spec.ts',
  'test/kubernetes/applying/what-is-away-for-a-while.k8s-spec.ts',
  'test/e2e/rollouts.e2e-spec.ts',
  'test/kubernetes/agent-core.k8s-spec.ts',
  'test/e2e/removal.e2e-spec.ts',
  'test/e2e/agent-killed.e2e-spec.ts',
  'test/kubernetes/applying/bad-applications-slow-nobody.k8s-spec.ts',
  'test/e2e/outages.e2e-spec.ts',
  'test/e2e/sources/charts-and-artifacts.e2e-spec.ts',
  'test/kubernetes/ordering/hooks-run-once.k8s-spec.ts',
  'test/kubernetes/pruning/stuck-deletions-stay-local.k8s-spec.ts',
  'apps/agent/test/kill-at-every-failpoint.int-spec.ts',
  'apps/hub/test/sources/history-rewrite.int-spec.ts',
  'apps/hub/test/sources/source-watcher.int-spec.ts',
  'libs/git/src/system-git/lying-server.int-spec.ts',
  'apps/agent/test/large-content.int-spec.ts',
  'apps/hub/test/sources/git-storm.int-spec.ts',
  'libs/render/src/helm.int-spec.ts',
  'test/integration/agent-session/agent-session.int-spec.ts',
  'apps/agent/test/agent-process.int-spec.ts',
];

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ path }) {
  const place = LONGEST.findIndex((file) => path.endsWith(file));
  return place < 0 ? LONGEST.length : place;
}
