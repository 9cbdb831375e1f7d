import { fleetRepository } from '../cast/fleet-repository.js';
import { counted, type Part } from '../cast/fleet.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { expectThat } from './expect-that.js';
import { clusterNamed, shopImage } from './live-objects.js';
import { isSyncedTo, untilTargets, type TargetView } from './watch-target.js';

const table = (targets: readonly TargetView[]): string =>
  targets.toSorted((a, b) => a.name.localeCompare(b.name)).map((t) => `${t.name.padEnd(30)} ${t.sync.padEnd(10)} ${t.health.padEnd(10)} ${t.observed.commit?.slice(0, 8) ?? ''}`).join('\n');
const environmentsOf = (parts: readonly Part[]): readonly string[] => [...new Set(parts.map(({ labels }) => labels.env))];

export async function applicationsReachTheirClusters(stage: Stage, narrator: Narrator): Promise<void> {
  const { parts, scene, content, hub } = stage;
  const environments = environmentsOf(parts);
  narrator.chapter('2. Applications reach the clusters that match');
  const commit = await narrator.step('a fleet repository: a Kustomize base with three overlays, and a plain application', () => stage.fleet.commit(fleetRepository(content), 'The fleet: shop and node-report'), (id) => id.slice(0, 8));
  await narrator.step(`one repository, ${counted(environments.length + 1, 'application')}`, async () => {
    await hub.api.mutate('createRepository', { project: 'default', name: 'fleet', url: stage.fleet.url, poll: '1s' });
    const create = (name: string, path: string, selector: object, namespace: string): Promise<unknown> =>
      hub.api.mutate('createApplication', { project: 'default', name, spec: { source: { repository: 'fleet', ref: 'main', path }, selector, strategy: { kind: 'ALL_AT_ONCE' }, namespace } });
    for (const env of environments) await create(`shop-${env}`, `apps/shop/overlays/${env}`, { matchLabels: { env } }, scene.shop);
    await create('node-report', 'apps/node-report', { all: true }, scene.nodeReport);
  });
  const wanted = 2 * parts.length;
  const targets = await narrator.step(
    'the hub makes a release of each, the agents fetch, render and apply',
    () => untilTargets(stage, undefined, `${wanted} targets are synced and healthy`, (all) => all.length === wanted && all.every(isSyncedTo(commit))),
    (all) => `${all.length} targets synced and healthy`,
  );
  narrator.show(table(targets));
  for (const { name, labels } of parts) expectThat(`the shop runs on ${name} for ${labels.env}`, (await shopImage(stage, clusterNamed(stage, name))) === content.before);
}
