import { afterAll, beforeAll, expect } from '@jest/globals';
import { aTarArchive, ChartRepositoryServer, HelmProgram, REGISTRY_USER, RegistryServer, testTool, until, type ChartToPack } from '#testing';
import { describeOnStage } from '../stage/describe-on-stage.js';
import type { Stage } from '../stage/stage.js';
import { untilRuns, untilTarget } from '../stage/targets.js';
import { applyExample } from './apply-example.js';

const settings = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { greeting: "{{ .Values.greeting }}", version: "{{ .Chart.Version }}" }\n`;
const chart = (name: string, version: string): ChartToPack => ({ name, version, files: { 'values.yaml': 'greeting: none\n', 'templates/settings.yaml': settings(name) } });

describeOnStage('charts and artifacts', { clusters: [{ name: 'one', labels: {} }] }, (promise) => {
  let helm: HelmProgram;
  let registry: RegistryServer;
  let open: RegistryServer;
  let charts: ChartRepositoryServer;

  beforeAll(async () => {
    helm = await HelmProgram.open(await testTool('helm'));
    registry = await RegistryServer.start(await testTool('registry'), { auth: 'BASIC' });
    open = await RegistryServer.start(await testTool('registry'));
    charts = await ChartRepositoryServer.start(helm);
  }, 60_000);
  afterAll(async () => {
    await registry.stop();
    await open.stop();
    await charts.front.stop();
    await helm.dispose();
  });

  const greeting = async (stage: Stage, name: string): Promise<unknown> => (await stage.cluster('one').get('ConfigMap', name, name))?.['data'];

  promise('from a registry: a new version in the range rolls out; with the registry down what runs stays, and drift is healed', async (stage) => {
    const first = await registry.push(helm, chart('web', '1.0.0'));
    await applyExample(stage, 'charts', { 'oci://registry.example.com/team/charts': registry.url, 'a-read-only-token': REGISTRY_USER.password });
    await untilRuns(stage, 'web', 'one', first);
    expect(await greeting(stage, 'web')).toEqual({ greeting: 'hello one', version: '1.0.0' });

    await registry.push(helm, chart('web', '2.0.0'));
    const second = await registry.push(helm, chart('web', '1.1.0'));
    await untilRuns(stage, 'web', 'one', second);
    expect(await greeting(stage, 'web')).toEqual({ greeting: 'hello one', version: '1.1.0' });
    const shown = await stage.capstan(['describe', 'app/web']);
    expect(shown.stdout).toContain('web 1.1.0');
    expect(shown.stdout).not.toContain(REGISTRY_USER.password);

    await registry.front.stop();
    await until('the repository says that it is down', 60_000, async () => ((await stage.capstan(['get', 'repositories'])).stdout.includes('REPOSITORY_UNREACHABLE') ? true : undefined));
    const cluster = stage.cluster('one');
    cluster.mark();
    await cluster.edit('ConfigMap', 'web', 'web', { data: { greeting: 'by hand' } });
    await until('the hand edit is healed', 60_000, async () => (JSON.stringify(await greeting(stage, 'web')).includes('hello one') ? true : undefined));
    await untilTarget(stage, 'web', 'one', 'still runs the release', ({ sync, assigned }) => sync === 'SYNCED' && assigned?.release.commit === second);
    expect(cluster.deleteLines()).toEqual([]);
    await registry.front.start();
  });

  promise('with values from Git beside the chart from a registry: either rolls out, both are pinned, and what one lacks moves nothing', async (stage) => {
    const first = await registry.push(helm, chart('shop', '1.0.0'));
    const git = await stage.repository('environments');
    const values = await git.commit({ 'values/prod.yaml': 'greeting: hello\n', 'README.md': 'x' });
    await applyExample(stage, 'environments', { 'https://git.example.com/environments.git': git.url });
    await untilRuns(stage, 'shop', 'one', first);
    expect(await greeting(stage, 'shop')).toEqual({ greeting: 'hello', version: '1.0.0' });
    expect(await pins(stage)).toEqual([`1 ${first} ${values}`]);

    const next = await git.commit({ 'values/prod.yaml': 'greeting: goodbye\n' });
    await untilTarget(stage, 'shop', 'one', 'runs the second release', ({ sync, assigned }) => sync === 'SYNCED' && assigned?.release.number === 2);
    expect(await greeting(stage, 'shop')).toEqual({ greeting: 'goodbye', version: '1.0.0' });

    await git.commit({ 'values/prod.yaml': null });
    await until('the missing file is told', 60_000, async () => ((await stage.capstan(['describe', 'app/shop'])).stdout.includes('Source env: values/prod.yaml does not exist') ? true : undefined));
    const second = await registry.push(helm, chart('shop', '1.1.0'));
    const back = await git.commit({ 'values/prod.yaml': 'greeting: again\n' });
    await untilRuns(stage, 'shop', 'one', second);
    expect(await greeting(stage, 'shop')).toEqual({ greeting: 'again', version: '1.1.0' });
    expect(await pins(stage)).toEqual([`3 ${second} ${back}`, `2 ${first} ${next}`, `1 ${first} ${values}`]);
  });

  promise('from a chart repository, whose archive is another than its index says: nobody takes it, and the next version is taken', async (stage) => {
    const first = await charts.publish(chart('api', '0.1.0'));
    await applyExample(stage, 'classic', { 'https://charts.example.com/stable': charts.url });
    await untilRuns(stage, 'api', 'one', first);
    charts.front.fault = (path) => (path.includes('0.1.1.tgz') ? 'garble' : undefined);
    await charts.publish(chart('api', '0.1.1'));
    expect(await untilTarget(stage, 'api', 'one', 'refuses the archive', ({ reason }) => reason === 'CONTENT_MISMATCH')).toMatchObject({ sync: 'KEPT_LAST_GOOD' });
    expect(await greeting(stage, 'api')).toMatchObject({ version: '0.1.0' });
    const third = await charts.publish(chart('api', '0.1.2'));
    await untilRuns(stage, 'api', 'one', third);
  });

  promise('as manifests in a registry: a tag that moves is followed, and what it no longer holds is pruned', async (stage) => {
    const mediaType = 'application/vnd.cncf.flux.content.v1.tar+gzip';
    const manifests = (...names: readonly string[]): Buffer => aTarArchive(names.map((name) => ({ name: `deploy/${name}.yaml`, content: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n` })));
    const first = await open.pushArtifact('team/manifests', 'latest', { mediaType, content: manifests('a', 'b') });
    await applyExample(stage, 'manifests', { 'oci://registry.example.com': `http://${open.front.authority}` });
    await untilRuns(stage, 'settings', 'one', first.layer);
    const cluster = stage.cluster('one');
    cluster.mark();
    const second = await open.pushArtifact('team/manifests', 'latest', { mediaType, content: manifests('a') });
    await untilRuns(stage, 'settings', 'one', second.layer);
    expect(cluster.deleteLines()).toEqual(['delete configmaps settings/b']);
  });
});

async function pins(stage: Stage): Promise<readonly string[]> {
  type Answer = { readonly releases: { readonly edges: readonly { readonly node: { readonly number: number; readonly commit: string; readonly sources: readonly { readonly commit: string }[] } }[] } };
  const { releases } = await stage.api.query<Answer>('{ releases(application: "shop", first: 50) { edges { node { number commit sources { commit } } } } }');
  return releases.edges.map(({ node }) => `${node.number} ${node.commit} ${node.sources.map(({ commit }) => commit).join(' ')}`);
}
