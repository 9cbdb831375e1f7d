import { until } from '#testing';
import { adminClient } from '../../stage/join-cluster.js';
import type { StageBuilder } from '../../stage/stage-builder.js';
import { joinDemoCluster } from '../cast/cluster.js';
import { FLEET, PRODUCTION } from '../cast/fleet.js';
import { BASE_DEPLOYMENT, BROKEN_PROD_OVERLAY, FLEET_REPOSITORY, PROD_OVERLAY, shopDeployment } from '../cast/fleet-repository.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { clusterNamed, SHOP, shopImage } from './live-objects.js';
import { expectThat } from './expect-that.js';
import { isSyncedTo, targetsOf, untilTargets, type TargetView } from './watch-target.js';

const SHOP_APPLICATIONS = [
  { name: 'shop-dev', path: 'apps/shop/overlays/dev', env: 'dev' },
  { name: 'shop-staging', path: 'apps/shop/overlays/staging', env: 'staging' },
  { name: 'shop-prod', path: 'apps/shop/overlays/prod', env: 'prod' },
] as const;
const shopTargets = (targets: readonly TargetView[]): readonly TargetView[] => targets.filter((t) => t.name.includes('/shop-'));
const table = (targets: readonly TargetView[]): string =>
  targets.map((t) => `${t.name.padEnd(34)} ${t.sync.padEnd(15)} ${t.health.padEnd(12)} ${t.observed.commit?.slice(0, 8) ?? ''}`).join('\n');

export async function clustersJoin(stage: Stage, builder: StageBuilder, narrator: Narrator): Promise<void> {
  narrator.chapter('1. Five clusters join, with labels');
  await narrator.step('capstan cluster join ...', async () => {
    await Promise.all(
      FLEET.map(async ({ name, labels }) => {
        const cluster = await joinDemoCluster({ name, labels, hub: stage.hub, directory: stage.directory, root: stage.root });
        builder.adopt(() => cluster.sandbox.stop());
        builder.adopt(() => cluster.agent.stop());
        stage.clusters.push(cluster);
      }),
    );
  }, () => 'tokens minted, agents started');
  type Row = { readonly node: { readonly name: string; readonly connection: string; readonly labels: Readonly<Record<string, string>> } };
  const rows = await narrator.step(
    'every agent has a certificate of its own and a session',
    () =>
      until('five clusters are connected', 25_000, async () => {
        const dead = stage.clusters.find((cluster) => cluster.agent.hasEnded);
        if (dead !== undefined) throw new Error(await dead.agent.lastWords());
        const { clusters } = await stage.hub.api.query<{ readonly clusters: { readonly edges: readonly Row[] } }>('{ clusters(first: 50) { edges { node { name connection labels } } } }');
        return clusters.edges.length === FLEET.length && clusters.edges.every(({ node }) => node.connection === 'CONNECTED') ? clusters.edges : undefined;
      }),
    (edges) => `${edges.length} connected`,
  );
  narrator.show(rows.map(({ node }) => `${node.name.padEnd(10)} ${Object.entries(node.labels).map(([key, value]) => `${key}=${value}`).join(', ')}`).join('\n'));
}

export async function applicationsReachTheirClusters(stage: Stage, narrator: Narrator): Promise<void> {
  narrator.chapter('2. Applications reach the clusters that match');
  const commit = await narrator.step('a fleet repository: a Kustomize base with three overlays, and a plain application', () => stage.fleet.commit(FLEET_REPOSITORY, 'The fleet: shop 1.4.0 and node-report 2.0.1'), (id) => id.slice(0, 8));
  await narrator.step('one repository, four applications', async () => {
    await stage.hub.api.mutate('createRepository', { project: 'default', name: 'fleet', url: stage.fleet.url, poll: '1s' });
    for (const { name, path, env } of SHOP_APPLICATIONS) {
      await stage.hub.api.mutate('createApplication', { project: 'default', name, spec: { source: { repository: 'fleet', ref: 'main', path }, selector: { matchLabels: { env } }, namespace: 'shop' } });
    }
    const source = { repository: 'fleet', ref: 'main', path: 'apps/node-report' };
    await stage.hub.api.mutate('createApplication', { project: 'default', name: 'node-report', spec: { source, selector: { all: true }, namespace: 'node-report' } });
  });
  const targets = await narrator.step(
    'the hub makes a release of each, the agents fetch, render and apply',
    () => untilTargets(stage, undefined, 'ten targets are synced and healthy', (all) => all.length === 10 && all.every(isSyncedTo(commit))),
    (all) => `${all.length} targets synced and healthy`,
  );
  narrator.show(table(targets));
  for (const { name, labels } of FLEET) expectThat(`the shop runs on ${name} for ${labels.env}`, shopImage(clusterNamed(stage, name)) === 'registry.example.com/shop:1.4.0');
}

export async function aCommitToTheBaseRollsThrough(stage: Stage, narrator: Narrator): Promise<void> {
  narrator.chapter('3. A commit to the base reaches every overlay, and nobody else');
  const before = (await targetsOf(stage, 'node-report'))[0]?.assigned?.release.number;
  const commit = await narrator.step('git push: shop 1.5.0, in base/deployment.yaml', () => stage.fleet.commit({ [BASE_DEPLOYMENT]: shopDeployment('1.5.0') }, 'shop 1.5.0'), (id) => id.slice(0, 8));
  await narrator.step(
    'three releases, five clusters',
    () => untilTargets(stage, undefined, 'the shops run the new commit', (all) => shopTargets(all).length === 5 && shopTargets(all).every(isSyncedTo(commit))),
    (all) => `${shopTargets(all).length} targets on ${commit.slice(0, 8)}`,
  );
  for (const { name } of FLEET) expectThat(`${name} runs shop 1.5.0`, shopImage(clusterNamed(stage, name)) === 'registry.example.com/shop:1.5.0');
  const after = (await targetsOf(stage, 'node-report'))[0]?.assigned?.release.number;
  expectThat('node-report got no release from a commit that does not concern it', before !== undefined && after === before);
  narrator.show(`node-report stays at release ${String(after)}: nothing that it renders has changed`);
}

export async function driftIsShownAndUndone(stage: Stage, narrator: Narrator): Promise<void> {
  narrator.chapter('4. Somebody edits a cluster by hand');
  const cluster = clusterNamed(stage, 'prod-eu');
  await narrator.step('kubectl scale deployment/shop --replicas=0, on prod-eu', async () => {
    const admin = adminClient(cluster.sandbox, 'kubectl');
    try {
      const resource = await admin.resolve('apps', 'Deployment');
      if (!resource.ok) throw new Error(resource.error.message);
      const edited = await admin.mergePatch(resource.value, 'shop', 'shop', { spec: { replicas: 0 } }, { fieldManager: 'kubectl-edit' });
      if (!edited.ok) throw new Error(edited.error.message);
    } finally {
      admin.close();
    }
  });
  const [target] = await narrator.step(
    'the agent sees it and puts it back',
    () =>
      untilTargets(stage, 'shop-prod', 'the drift is healed and reported', (all) => {
        const healed = all.find((t) => t.cluster.name === 'prod-eu');
        return healed !== undefined && healed.observed.healedCount > 0 && healed.observed.drift.length > 0 && healed.sync === 'SYNCED';
      }).then((all) => all.filter((t) => t.cluster.name === 'prod-eu')),
    () => 'replicas are 3 again',
  );
  const drifted = target?.observed.drift[0];
  narrator.show(`${drifted?.object.kind ?? ''} ${drifted?.object.name ?? ''}: ${drifted?.fields.join(', ') ?? ''} was changed by ${drifted?.managers.join(', ') ?? ''}`);
  expectThat('the drift names the field manager', drifted?.managers.includes('kubectl-edit') === true);
  const replicas = (cluster.sandbox.objects().get(SHOP)?.['spec'] as { readonly replicas?: number } | undefined)?.replicas;
  expectThat('the Deployment has three replicas again', replicas === 3);
}

/** Returns the commit that does not render, for the next chapter to revert. */
export async function aBrokenCommitIsKeptOut(stage: Stage, narrator: Narrator): Promise<string> {
  narrator.chapter('5. A commit that does not render');
  const commit = await narrator.step('git push: the prod overlay names a base that is not there', () => stage.fleet.commit({ [PROD_OVERLAY]: BROKEN_PROD_OVERLAY }, 'prod: tidy up the overlay'), (id) => id.slice(0, 8));
  const targets = await narrator.step(
    'production keeps the last good state, and says why',
    () => untilTargets(stage, 'shop-prod', 'three targets keep the last good state', (all) => all.length === 3 && all.every((t) => t.sync === 'KEPT_LAST_GOOD')),
    (all) => all[0]?.reason ?? '',
  );
  narrator.show(targets[0]?.message ?? '');
  for (const name of PRODUCTION) expectThat(`${name} still runs shop 1.5.0`, shopImage(clusterNamed(stage, name)) === 'registry.example.com/shop:1.5.0');
  return commit;
}

export async function aRevertHealsIt(stage: Stage, narrator: Narrator, broken: string): Promise<void> {
  narrator.chapter('6. git revert');
  const commit = await narrator.step('git revert, git push', () => stage.fleet.revert(broken), (id) => id.slice(0, 8));
  await narrator.step(
    'everything is synced and healthy again',
    () => untilTargets(stage, 'shop-prod', 'production is synced again', (all) => all.length === 3 && all.every((t) => t.sync === 'SYNCED' && t.health === 'HEALTHY')),
    () => commit.slice(0, 8),
  );
  expectThat('no object was deleted in any cluster', stage.clusters.every((cluster) => shopImage(cluster) === 'registry.example.com/shop:1.5.0'));
}
