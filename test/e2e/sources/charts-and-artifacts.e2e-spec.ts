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
    await until('the repository says that it is down', 30_000, async () => ((await stage.capstan(['get', 'repositories'])).stdout.includes('REPOSITORY_UNREACHABLE') ? true : undefined));
    const cluster = stage.cluster('one');
    cluster.mark();
    await cluster.edit('ConfigMap', 'web', 'web', { data: { greeting: 'by hand' } });
    await until('the hand edit is healed', 30_000, async () => (JSON.stringify(await greeting(stage, 'web')).includes('hello one') ? true : undefined));
    await untilTarget(stage, 'web', 'one', 'still runs the release', ({ sync, assigned }) => sync === 'SYNCED' && assigned?.release.commit === second);
    expect(cluster.deleteLines()).toEqual([]);
    await registry.front.start();
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
