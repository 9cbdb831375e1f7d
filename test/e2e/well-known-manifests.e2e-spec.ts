import { expect } from '@jest/globals';
import { until } from '#testing';
import { registeredRepository } from './stage/applications.js';
import type { Stage } from './stage/stage.js';
import { targetsOf, untilTarget, type TargetView } from './stage/targets.js';
import { addNodes } from './well-known/add-nodes.js';
import { commitSets } from './well-known/commit-sets.js';
import { describeWithManifests } from './well-known/describe-with-manifests.js';
import { MANIFEST_SETS, type ManifestSet } from './well-known/manifest-sets.js';
import { namesOfEverything } from './well-known/names-of-everything.js';
import { PeakMemory } from './well-known/peak-memory.js';
import { printRows, type Row } from './well-known/print-rows.js';

const CLUSTER = 'prod';
const APPLY_MS = 60_000;

describeWithManifests('well-known manifests', { clusters: [{ name: CLUSTER, labels: {} }] }, (promise) => {
  let before: readonly string[] = [];
  const rows = new Map<string, Row>();

  promise('are there to be applied', async (stage) => {
    await addNodes(stage.cluster(CLUSTER), ['second', 'third']);
    before = await namesOfEverything(stage.cluster(CLUSTER).real);
    await commitSets(await registeredRepository(stage, 'manifests'), MANIFEST_SETS);
  });

  for (const set of MANIFEST_SETS) {
    promise(`${set.name} is applied at the first try, and becomes as healthy as it can`, async (stage) => {
      rows.set(set.name, await applySet(stage, set));
    });
  }

  promise('an agent that starts again and is told to sync writes nothing, and nothing has drifted', async (stage) => {
    const cluster = stage.cluster(CLUSTER);
    await cluster.agent.kill();
    cluster.mark();
    cluster.agent.start();
    await stage.untilConnected();
    for (const { name } of MANIFEST_SETS) {
      const { generation } = await only(stage, name);
      expect(await stage.capstan(['sync', `app/${name}`])).toMatchObject({ exitCode: 0 });
      const target = await untilTarget(stage, name, CLUSTER, 'has answered the sync', (now) => now.generation !== generation && now.sync === 'SYNCED');
      expect(target.observed).toMatchObject({ drift: [], healedCount: 0 });
      const row = rows.get(name);
      if (row !== undefined) rows.set(name, { ...row, secondWrites: cluster.writes().length });
    }
    expect(cluster.writeLines()).toEqual([]);
    process.stderr.write(`\n${printRows([...rows.values()])}\n`);
  });

  promise('teardown, approved where it holds data or other objects, leaves nothing', async (stage) => {
    const cluster = stage.cluster(CLUSTER);
    for (const { name } of MANIFEST_SETS.toReversed()) await stage.api.must('deleteApplication', { project: 'default', name, mode: 'DELETE' });
    await approveUntilGone(stage);
    let left: readonly string[] = [];
    await until('nothing is left', 60_000, async () => {
      left = (await namesOfEverything(cluster.real)).filter((line) => !before.includes(line));
      return left.length === 0 ? true : undefined;
    }, () => left.join('\n'));
    const now = new Set(await namesOfEverything(cluster.real));
    expect(before.filter((line) => !now.has(line))).toEqual([]);
    expect(cluster.strangeWrites()).toEqual([]);
  }, 180_000);
});

async function applySet(stage: Stage, { name, module, spec, unhealthy = [] }: ManifestSet): Promise<Row> {
  const cluster = stage.cluster(CLUSTER);
  const memory = new PeakMemory(cluster.agent.groupId);
  memory.reset();
  cluster.mark();
  const started = performance.now();
  await stage.api.must('createApplication', { project: 'default', name, spec: { source: { repository: 'manifests', ref: 'main', path: name }, selector: { all: true }, ...spec } });
  const synced = await untilTarget(stage, name, CLUSTER, 'is synced', ({ sync }) => sync === 'SYNCED', APPLY_MS);
  const seconds = (performance.now() - started) / 1000;
  const peakMb = memory.mb();
  await untilTarget(stage, name, CLUSTER, 'is as healthy as it can be', (target) => hasSettled(target, unhealthy), APPLY_MS);
  const writes = cluster.writes();
  expect(cluster.strangeWrites()).toEqual([]);
  const largest = Math.max(0, ...writes.filter(({ resource }) => resource === 'customresourcedefinitions').map(({ requestObject }) => JSON.stringify(requestObject).length));
  return { name, version: module.version, objects: synced.observed.objectCount, largestKb: Math.round(largest / 1000), seconds, peakMb, secondWrites: 0 };
}

async function only(stage: Stage, application: string): Promise<TargetView> {
  const [target] = await targetsOf(stage, application, CLUSTER);
  if (target === undefined) throw new Error(`${application} has no target`);
  return target;
}

function hasSettled({ health, observed }: TargetView, unhealthy: readonly string[]): boolean {
  if (unhealthy.length === 0) return health === 'HEALTHY';
  const named = observed.unhealthy.map(({ object }) => `${object.kind}/${object.name}`);
  return JSON.stringify(named.toSorted()) === JSON.stringify(unhealthy.toSorted());
}

/** As an operator does: what waits is looked at, and exactly that plan approved. */
async function approveUntilGone(stage: Stage): Promise<void> {
  const approved = new Set<string>();
  let last: readonly TargetView[] = [];
  await until('every application is gone', 150_000, async () => {
    last = await targetsOf(stage);
    for (const { name, observed } of last) {
      const digest = observed.pendingRemoval?.digest;
      if (digest === undefined || approved.has(digest)) continue;
      expect(await stage.capstan(['prune', 'approve', name, digest])).toMatchObject({ exitCode: 0 });
      approved.add(digest);
    }
    return last.length === 0 ? true : undefined;
  }, () => JSON.stringify(last.map(({ name, sync, reason, message }) => [name, sync, reason, message]), null, 1));
}
