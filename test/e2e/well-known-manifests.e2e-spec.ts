import { expect } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '#testing';
import { registeredRepository } from './stage/applications.js';
import type { Stage } from './stage/stage.js';
import { targetsOf, untilTarget, type TargetView } from './stage/targets.js';
import { addNodes } from './well-known/add-nodes.js';
import { commitSets } from './well-known/commit-sets.js';
import { describeWithManifests } from './well-known/describe-with-manifests.js';
import { largestDefinitions } from './well-known/largest-definitions.js';
import { MANIFEST_SETS, type ManifestSet } from './well-known/manifest-sets.js';
import { namesOfEverything } from './well-known/names-of-everything.js';
import { PeakMemory } from './well-known/peak-memory.js';
import { printRows, type Row } from './well-known/print-rows.js';

const CLUSTER = 'prod';
const APPLY_MS = 100_000;
/** How long nothing may be written after everything has been answered: what comes of late news comes in it. */
const AFTERWARDS_MS = 5_000;

describeWithManifests('well-known manifests', { clusters: [{ name: CLUSTER, labels: {}, lease: '15s' }] }, (promise) => {
  let before: readonly string[] = [];
  const rows = new Map<string, Row>();

  promise('are there to be applied', async (stage) => {
    await addNodes(stage.cluster(CLUSTER), ['second', 'third']);
    before = await namesOfEverything(stage.cluster(CLUSTER).real);
    await commitSets(await registeredRepository(stage, 'manifests'), MANIFEST_SETS);
    stage.cluster(CLUSTER).mark();
  });

  for (const set of MANIFEST_SETS) {
    promise(`${set.name} is applied at the first try`, async (stage) => {
      rows.set(set.name, await applySet(stage, set));
    });
  }

  promise('become as healthy as they can, each object written exactly once', async (stage) => {
    const cluster = stage.cluster(CLUSTER);
    for (const { name, unhealthy = [] } of MANIFEST_SETS) await untilTarget(stage, name, CLUSTER, 'is as healthy as it can be', (target) => hasSettled(target, unhealthy), APPLY_MS);
    expect(cluster.strangeWrites()).toEqual([]);
    // Hooks of a chart are deleted when they have done their work.
    const written = cluster.writeLines().filter((line) => !line.startsWith('delete')).map((line) => line.slice(line.indexOf(' ') + 1)).toSorted();
    expect(written.filter((object, index) => object === written[index - 1])).toEqual([]);
    expect(written.length).toBeGreaterThanOrEqual([...rows.values()].reduce((sum, { objects }) => sum + objects, 0));
    const largest = largestDefinitions(cluster.writes());
    for (const [name, row] of rows) rows.set(name, { ...row, largestKb: largest.get(name) ?? 0 });
  });

  promise('an agent that starts again and is told to sync writes nothing, and nothing has drifted', async (stage) => {
    const cluster = stage.cluster(CLUSTER);
    await cluster.agent.kill();
    cluster.mark();
    cluster.agent.start();
    await stage.untilConnected();
    const generations = new Map(await Promise.all(MANIFEST_SETS.map(async ({ name }) => [name, (await only(stage, name)).generation] as const)));
    for (const { name } of MANIFEST_SETS) await stage.api.must('syncApplication', { project: 'default', name });
    for (const { name } of MANIFEST_SETS) {
      const target = await untilTarget(stage, name, CLUSTER, 'has answered the sync', (now) => now.generation !== generations.get(name) && now.sync === 'SYNCED');
      expect(target.observed).toMatchObject({ drift: [], healedCount: 0 });
    }
    await sleep(AFTERWARDS_MS);
    expect(cluster.writeLines()).toEqual([]);
    for (const { name } of MANIFEST_SETS) expect((await only(stage, name)).observed).toMatchObject({ drift: [], healedCount: 0 });
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
  }, 300_000);
});

async function applySet(stage: Stage, { name, module, spec }: ManifestSet): Promise<Row> {
  const memory = new PeakMemory(stage.cluster(CLUSTER).agent.groupId);
  memory.reset();
  const started = performance.now();
  await stage.api.must('createApplication', { project: 'default', name, spec: { source: { repository: 'manifests', ref: 'main', path: name }, selector: { all: true }, strategy: { kind: 'ALL_AT_ONCE' }, ...spec } });
  const synced = await untilTarget(stage, name, CLUSTER, 'is synced', ({ sync }) => sync === 'SYNCED', APPLY_MS);
  return { name, version: module.version, objects: synced.observed.objectCount, largestKb: 0, seconds: (performance.now() - started) / 1000, peakMb: memory.mb(), secondWrites: 0 };
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

/** As an operator does: what waits is looked at, and exactly that plan approved; by the command line once, which takes its time. */
async function approveUntilGone(stage: Stage): Promise<void> {
  const approved = new Set<string>();
  let last: readonly TargetView[] = [];
  await until('every application is gone', 240_000, async () => {
    last = await targetsOf(stage);
    for (const { name: target, observed } of last) {
      const digest = observed.pendingRemoval?.digest;
      if (digest === undefined || approved.has(digest)) continue;
      const refusals = approved.size === 0 ? await byCommandLine(stage, target, digest) : (await stage.api.mutate('approvePrune', { target, digest })).userErrors.map(({ code }) => code);
      if (refusals.length === 0) approved.add(digest);
      else expect(refusals).toEqual(['DIGEST_MISMATCH']); // objects went since the look: the next one shows the new plan
    }
    return last.length === 0 ? true : undefined;
  }, () => JSON.stringify(last.map(({ name, sync, reason, message }) => [name, sync, reason, message]), null, 1));
}

async function byCommandLine(stage: Stage, target: string, digest: string): Promise<readonly string[]> {
  expect(await stage.capstan(['prune', 'approve', target, digest])).toMatchObject({ exitCode: 0 });
  return [];
}
