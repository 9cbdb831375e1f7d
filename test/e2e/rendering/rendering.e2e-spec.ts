import { expect } from '@jest/globals';
import { FAILING_TAG, until } from '#testing';
import { docBlocks } from '../demo/doc-blocks.js';
import { registeredRepository } from '../stage/applications.js';
import { configMap, deployment } from '../stage/content.js';
import { describeOnStage } from '../stage/describe-on-stage.js';
import type { Stage } from '../stage/stage.js';
import { untilRuns, untilTarget } from '../stage/targets.js';

const CLUSTERS = [{ name: 'lisbon', labels: { env: 'prod', region: 'eu', size: 'small' } }, { name: 'austin', labels: { env: 'prod', region: 'us', size: 'large' } }];

async function apply(stage: Stage, manifest: string): Promise<void> {
  expect(await stage.capstan(['apply', '-f', '-'], manifest)).toMatchObject({ exitCode: 0 });
}

function application(name: string, spec: string): string {
  return `apiVersion: capstan.dev/v1\nkind: Application\nmetadata: { name: ${name} }\nspec:\n  source: { repository: faults, ref: main, path: ${name}${name.startsWith('chart') ? `, helm: { valuesFiles: [values.yaml${name === 'chart-values' ? ', ../gone.yaml' : ''}] }` : ''} }\n  selector: { matchLabels: { region: eu } }\n  namespace: ${name}\n${spec}`;
}

const CHART = { 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'values.yaml': 'token: canary-of-a-value\n', 'templates/ok.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ok}\n' };
const under = (directory: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(files).map(([path, text]) => [`${directory}/${path}`, text]));

/** What does not render, as people meet it: the code, and words that must be in the message. */
const FAULTS: readonly { readonly name: string; readonly files: Readonly<Record<string, string>>; readonly spec?: string; readonly reason: string; readonly says: readonly string[] }[] = [
  { name: 'chart-broken', files: { ...CHART, 'templates/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Values.nothing.here }}}\n' }, reason: 'HELM_FAILED', says: ['chart-broken/templates/broken.yaml:3'] },
  { name: 'chart-values', files: CHART, reason: 'PATH_NOT_FOUND', says: ['gone.yaml'] },
  { name: 'no-label', files: { 'a.yaml': configMap('a', { x: '1' }) }, spec: '  parameters: { tier: "{{ cluster.labels.tier }}" }\n', reason: 'PARAMETER_MISSING', says: ['tier', 'cluster.labels.tier'] },
  { name: 'no-label-in-patch', files: { 'a.yaml': configMap('a', { x: '1' }) }, spec: '  patches: [{ target: { kind: ConfigMap }, patch: "data: {t: {{ cluster.labels.tier }}}" }]\n', reason: 'PARAMETER_MISSING', says: ['patches[0]', 'cluster.labels.tier'] },
  { name: 'no-parameter', files: { 'a.yaml': configMap('a', { x: '${colour}' }) }, spec: '  substitute: true\n  parameters: { size: 1 }\n', reason: 'PARAMETER_MISSING', says: ['no-parameter/a.yaml:1', 'colour'] },
  { name: 'no-target', files: { 'a.yaml': configMap('a', { x: '1' }) }, spec: '  patches: [{ target: { kind: ConfigMap }, patch: "data: {y: null}" }, { target: { kind: Secret, name: b }, patch: "data: {}" }]\n', reason: 'PATCH_FAILED', says: ['patches[1] (Secret b)'] },
  { name: 'no-fit', files: { 'a.yaml': configMap('a', { x: '1' }) }, spec: '  patches: [{ target: { kind: ConfigMap }, patch: "[{op: remove, path: /data/z}]" }]\n', reason: 'PATCH_FAILED', says: ['patches[0] (ConfigMap *)'] },
  { name: 'remote-base', files: { 'kustomization.yaml': 'resources: ["https://example.com/bases//web?ref=v1"]\n' }, reason: 'REMOTE_REFERENCE_REFUSED', says: ['remote-base/kustomization.yaml', 'resources[0]'] },
];

/** By the target, or by the application where no release came to be. */
async function untilSaid(stage: Stage, name: string, reason: string): Promise<string> {
  type Said = { readonly reason: string | null; readonly message: string | null };
  let last: unknown;
  return until(`${name} says ${reason}`, 60_000, async () => {
    const { application } = await stage.api.query<{ readonly application: Said & { readonly targets: { readonly edges: readonly { readonly node: Said }[] } } }>('query Said($name: String!) { application(name: $name) { reason message targets(first: 5) { edges { node { reason message } } } } }', { name });
    last = application;
    const said = [application, ...application.targets.edges.map(({ node }) => node)].find((one) => one.reason === reason);
    return said === undefined ? undefined : (said.message ?? '');
  }, () => `; it is ${JSON.stringify(last)}`);
}

describeOnStage('rendering', { clusters: CLUSTERS }, (promise) => {
  promise('clusters get the patches of their labels, and another label rolls the same release out with other patches', async (stage) => {
    const repository = await registeredRepository(stage, 'fleet');
    const commit = await repository.commit({ 'storefront/deployment.yaml': deployment('storefront', 'example.com/storefront:1'), 'storefront/debug.yaml': configMap('debug', { level: 'all' }), 'storefront/settings.yaml': configMap('settings', { colour: 'blue' }) });
    const [example] = docBlocks('rendering.md').filter(({ text }) => text.includes('metadata: { name: storefront }'));
    await apply(stage, example?.text ?? '');
    for (const { name } of CLUSTERS) await untilRuns(stage, 'storefront', name, commit);
    const [lisbon, austin] = [stage.cluster('lisbon'), stage.cluster('austin')];
    const web = { kind: 'apps/Deployment', namespace: 'storefront', name: 'storefront' } as const;
    expect(await lisbon.get(web.kind, web.namespace, web.name)).toMatchObject({ metadata: { annotations: { 'example.com/runs-in': 'eu' } }, spec: { replicas: 1 } });
    expect(await austin.get(web.kind, web.namespace, web.name)).toMatchObject({ metadata: { annotations: { 'example.com/runs-in': 'us' } }, spec: { replicas: 5 } });
    expect(await lisbon.find('ConfigMap', 'storefront', 'debug')).toBeDefined();
    expect(await austin.find('ConfigMap', 'storefront', 'debug')).toBeUndefined();

    lisbon.mark();
    austin.mark();
    await stage.api.must('labelCluster', { name: 'lisbon', set: { size: 'large' } });
    await untilTarget(stage, 'storefront', 'lisbon', 'has two objects', ({ sync, health, observed }) => sync === 'SYNCED' && health === 'HEALTHY' && observed.objectCount === 2);
    expect(await lisbon.get(web.kind, web.namespace, web.name)).toMatchObject({ spec: { replicas: 5 } });
    expect(lisbon.writeLines('storefront')).toEqual(['delete configmaps storefront/debug', 'patch apps/deployments storefront/storefront']);
    expect(austin.writeLines('storefront')).toEqual([]);
    const target = await untilRuns(stage, 'storefront', 'lisbon', commit);
    expect(target.assigned?.release.number).toBe(1);
    await stage.api.must('labelCluster', { name: 'lisbon', set: { size: 'small' } });
    await untilTarget(stage, 'storefront', 'lisbon', 'has all objects again', ({ sync, observed }) => sync === 'SYNCED' && observed.objectCount === 3);
  });

  promise('a base in another repository comes from the commit that the release pins; another ref is refused until it is written in both places', async (stage) => {
    const own = await registeredRepository(stage, 'bookings');
    const platform = await stage.repository('platform');
    const [example, kustomization] = docBlocks('rendering.md').filter(({ text }) => text.includes('metadata: { name: booking }') || text.includes('kind: Kustomization')).map(({ text }) => text);
    const here = (text = ''): string => text.replaceAll('https://git.example.com/org/platform.git', platform.url).replaceAll('https://git.example.com/org/platform', platform.url.replace(/\.git$/, '')).replace('poll: 1m', 'poll: 1s').replace('repository: fleet', 'repository: bookings');
    const base = (colour: string): Readonly<Record<string, string>> => ({ 'bases/web/kustomization.yaml': 'resources: [../common]\n', 'bases/common/kustomization.yaml': 'resources: [settings.yaml]\n', 'bases/common/settings.yaml': configMap('settings', { colour }) });
    const first = await platform.commit(base('blue'));
    await platform.tag('v1.2.0', first);
    const commit = await own.commit({ 'apps/booking/kustomization.yaml': here(kustomization) });
    await apply(stage, here(example));
    await untilRuns(stage, 'booking', 'lisbon', commit);
    const settings = async (): Promise<unknown> => (await stage.cluster('lisbon').find('ConfigMap', 'booking', 'booking-settings'))?.['data'];
    expect(await settings()).toEqual({ colour: 'blue' });

    await platform.tag('v1.3.0', await platform.commit(base('green')));
    await apply(stage, here(example).replace('v1.2.0', 'v1.3.0'));
    const { message } = await untilTarget(stage, 'booking', 'lisbon', 'says that the refs differ', ({ reason }) => reason === 'REMOTE_REFERENCE_REFUSED');
    expect(message).toContain('"v1.2.0", and the source platform has "v1.3.0"');
    expect(await settings()).toEqual({ colour: 'blue' });
    await untilRuns(stage, 'booking', 'lisbon', await own.commit({ 'apps/booking/kustomization.yaml': here(kustomization).replace('v1.2.0', 'v1.3.0') }));
    expect(await settings()).toEqual({ colour: 'green' });
  });

  promise('the tests of a release run when somebody asks, say how they ended, and leave nothing', async (stage) => {
    const repository = await registeredRepository(stage, 'tested');
    const [tests] = docBlocks('rendering.md').filter(({ text }) => text.includes('helm.sh/hook: test'));
    const commit = await repository.commit({ 'tested/Chart.yaml': 'apiVersion: v2\nname: tested\nversion: 1.0.0\n', 'tested/templates/settings.yaml': configMap('settings', { a: '1' }), 'tested/templates/tests.yaml': tests?.text ?? '' });
    await apply(stage, 'apiVersion: capstan.dev/v1\nkind: Application\nmetadata: { name: tested }\nspec:\n  source: { repository: tested, ref: main, path: tested }\n  selector: { matchLabels: { region: eu } }\n  namespace: tested\n');
    const { observed } = await untilRuns(stage, 'tested', 'lisbon', commit);
    const lisbon = stage.cluster('lisbon');
    lisbon.mark();
    const good = await stage.capstan(['test', 'tested@lisbon']);
    expect(good).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('SUCCEEDED Pod tested/answers') });
    expect(lisbon.strangeWrites().filter(({ namespace, user }) => namespace === 'tested' && user.startsWith('system:serviceaccount:capstan'))).toEqual([]);
    expect(await lisbon.find('Pod', 'tested', 'answers')).toBeUndefined();
    expect((await untilRuns(stage, 'tested', 'lisbon', commit)).observed.objectCount).toBe(observed.objectCount);

    const worse = await repository.commit({ 'tested/templates/tests.yaml': (tests?.text ?? '').replace('image: example.com/probe:1', `image: example.com/probe:${FAILING_TAG}`) });
    await untilRuns(stage, 'tested', 'lisbon', worse);
    expect(await stage.capstan(['test', 'tested@lisbon'])).toMatchObject({ exitCode: 9, stdout: expect.stringContaining('FAILED Pod tested/answers: it was meant to fail') });
    expect(await stage.capstan(['test', 'storefront@lisbon'])).toMatchObject({ stderr: expect.stringContaining('has no tests') });
  });

  promise('what does not render says its code, its place and no value, and is refused at once where the hub can tell', async (stage) => {
    const repository = await registeredRepository(stage, 'faults');
    await repository.commit(Object.assign({}, ...FAULTS.map(({ name, files }) => under(name, files))));
    for (const { name, spec = '' } of FAULTS) await apply(stage, application(name, spec));
    for (const { name, reason, says } of FAULTS) {
      const message = await untilSaid(stage, name, reason);
      for (const word of says) expect(`${name}: ${message}`).toContain(word);
      expect(message).not.toContain('canary');
    }
    const refused = await stage.capstan(['apply', '-f', '-'], application('no-patch', '  patches: [{ target: { kind: ConfigMap }, patch: "make it {{ cluster.name }}" }]\n'));
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('patches.0.patch');
  });
});
