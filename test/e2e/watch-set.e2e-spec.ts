import { expect } from '@jest/globals';
import { until } from '#testing';
import { createHmac } from 'node:crypto';
import { createApplication, registeredRepository } from './stage/applications.js';
import { configMap, deployment } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import type { Stage } from './stage/stage.js';
import { untilRuns } from './stage/targets.js';

const OVERLAYS = ['dev', 'staging', 'prod'] as const;
const overlay = (name: string): string => `resources:\n  - ../../base\nnamePrefix: ${name}-\n`;
const FLEET: Readonly<Record<string, string>> = {
  'README.md': '# fleet\n',
  'apps/shop/base/kustomization.yaml': 'resources:\n  - deployment.yaml\n',
  'apps/shop/base/deployment.yaml': deployment('shop', 'example.com/shop:1'),
  ...Object.fromEntries(OVERLAYS.map((name) => [`apps/shop/overlays/${name}/kustomization.yaml`, overlay(name)])),
  'apps/other/settings.yaml': configMap('other', { a: '1' }),
};

describeOnStage('what a commit concerns', { clusters: [{ name: 'prod', labels: { env: 'prod' } }] }, (promise) => {
  promise('a commit that touches nothing in any watch set makes no release and reaches no agent', async (stage) => {
    const repository = await registeredRepository(stage, 'unrelated');
    const first = await repository.commit(FLEET);
    for (const name of OVERLAYS) await createApplication(stage, { name: `unrelated-${name}`, repository: 'unrelated', path: `apps/shop/overlays/${name}`, namespace: 'unrelated' });
    for (const name of OVERLAYS) await untilRuns(stage, `unrelated-${name}`, 'prod', first);
    stage.cluster('prod').mark();
    const before = await trailOf(stage);
    const agentFetches = shallowFetches(stage, 'unrelated');

    const second = await repository.commit({ 'README.md': '# fleet, with more words\n', 'apps/other/settings.yaml': configMap('other', { a: '2' }), 'apps/shop/overlays/qa/kustomization.yaml': overlay('qa') });
    await untilHubKnows(stage, 'unrelated', second);
    const polled = stage.git.count('ref-look-up', 'unrelated');
    await until('the hub has looked at Git twice more', 60_000, () => (stage.git.count('ref-look-up', 'unrelated') >= polled + 2 ? true : undefined));

    expect(await trailOf(stage)).toEqual(before);
    expect(shallowFetches(stage, 'unrelated')).toBe(agentFetches);
    expect(stage.cluster('prod').writeLines()).toEqual([]);
  });

  promise('a commit to the base reaches every overlay that uses it, and no other application', async (stage) => {
    const repository = await registeredRepository(stage, 'shared-base');
    const first = await repository.commit(FLEET);
    for (const name of OVERLAYS) await createApplication(stage, { name: `base-${name}`, repository: 'shared-base', path: `apps/shop/overlays/${name}`, namespace: 'shared-base' });
    await createApplication(stage, { name: 'base-other', repository: 'shared-base', path: 'apps/other', namespace: 'shared-base' });
    for (const name of [...OVERLAYS, 'other']) await untilRuns(stage, `base-${name}`, 'prod', first);
    const prod = stage.cluster('prod');
    prod.mark();

    const second = await repository.commit({ 'apps/shop/base/deployment.yaml': deployment('shop', 'example.com/shop:2') });
    for (const name of OVERLAYS) await untilRuns(stage, `base-${name}`, 'prod', second);
    expect(prod.writeLines()).toEqual(OVERLAYS.map((name) => `patch apps/deployments shared-base/${name}-shop`).toSorted());
    expect(await releasesOf(stage, 'base-other')).toEqual([first]);
    for (const name of OVERLAYS) expect(await releasesOf(stage, `base-${name}`)).toEqual([second, first]);
  });

  promise('a webhook for 50 applications of one repository makes the hub look up the ref once', async (stage) => {
    const secret = 'a webhook secret of the test';
    const repository = await stage.repository('hooked');
    const first = await repository.commit({ 'app/settings.yaml': configMap('hooked', { a: '1' }) });
    await stage.api.must('createRepository', { project: 'default', name: 'hooked', url: repository.url, poll: '1h', webhookSecret: secret });
    const names = Array.from({ length: 50 }, (_, index) => `hooked-${index}`);
    for (const name of names) await createApplication(stage, { name, repository: 'hooked', path: 'app', selector: { matchLabels: { env: 'nowhere' } } });
    await until('every application has its release', 60_000, async () => ((await commitsOf(stage, names)).every((commit) => commit === first) ? true : undefined));

    // A hint that came while the hub looked makes it look once more: wait until what the creations asked for is done.
    const lookUps = await until('the hub looks no more', 60_000, async () => {
      const before = stage.git.count('ref-look-up', 'hooked');
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return stage.git.count('ref-look-up', 'hooked') === before ? before : undefined;
    });
    const second = await repository.commit({ 'app/settings.yaml': configMap('hooked', { a: '2' }) });
    expect(await push(stage, 'hooked', secret, repository.url, second)).toBeLessThan(300);
    await until('every application has the new release', 60_000, async () => ((await commitsOf(stage, names)).every((commit) => commit === second) ? true : undefined));
    expect(stage.git.count('ref-look-up', 'hooked') - lookUps).toBe(1);

    expect(await push(stage, 'hooked', 'another secret', repository.url, second)).toBeGreaterThanOrEqual(400);
    expect(stage.git.count('ref-look-up', 'hooked') - lookUps).toBe(1);
  });
});

/** What the hub has that would move if a release were made or an order sent. */
async function trailOf(stage: Stage): Promise<unknown> {
  const [releases, orders, rollouts] = await Promise.all([
    stage.postgres.query('SELECT count(*)::int AS count FROM releases'),
    stage.postgres.query('SELECT name, desired_seq::text FROM clusters ORDER BY name'),
    stage.postgres.query('SELECT count(*)::int AS count FROM rollouts'),
  ]);
  return { releases, orders, rollouts };
}

/** Only agents fetch with a depth: the hub needs the history. */
function shallowFetches(stage: Stage, repository: string): number {
  return stage.git.accesses.filter((access) => access.repository === repository && access.kind === 'fetch' && access.isShallow).length;
}

async function untilHubKnows(stage: Stage, name: string, commit: string): Promise<void> {
  type Answer = { readonly repository: { readonly refs: readonly { readonly commit: string | null }[] } };
  await until(`the hub knows ${commit.slice(0, 8)}`, 60_000, async () => {
    const { repository } = await stage.api.query<Answer>('query Refs($name: String!) { repository(name: $name) { refs { commit } } }', { name });
    return repository.refs.some((ref) => ref.commit === commit) ? true : undefined;
  });
}

async function releasesOf(stage: Stage, application: string): Promise<readonly string[]> {
  type Answer = { readonly releases: { readonly edges: readonly { readonly node: { readonly commit: string } }[] } };
  const { releases } = await stage.api.query<Answer>('query Releases($application: String!) { releases(application: $application, first: 50) { edges { node { commit } } } }', { application });
  return releases.edges.map(({ node }) => node.commit);
}

async function commitsOf(stage: Stage, names: readonly string[]): Promise<readonly (string | undefined)[]> {
  type Answer = { readonly applications: { readonly edges: readonly { readonly node: { readonly name: string; readonly currentRelease: { readonly commit: string } | null } }[] } };
  const { applications } = await stage.api.query<Answer>('{ applications(first: 200) { edges { node { name currentRelease { commit } } } } }');
  const found = new Map(applications.edges.map(({ node }) => [node.name, node.currentRelease?.commit]));
  return names.map((name) => found.get(name));
}

/** A push as GitHub tells it; the status of the hub's answer. */
async function push(stage: Stage, name: string, secret: string, url: string, commit: string): Promise<number> {
  const { repository } = await stage.api.query<{ readonly repository: { readonly webhookUrls: { readonly github: string } } }>('query Hooks($name: String!) { repository(name: $name) { webhookUrls { github } } }', { name });
  const body = JSON.stringify({ ref: 'refs/heads/main', after: commit, repository: { clone_url: url } });
  const response = await fetch(new URL(new URL(repository.webhookUrls.github, stage.hub.url).pathname, stage.hub.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': commit, 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` },
    body,
  });
  return response.status;
}
