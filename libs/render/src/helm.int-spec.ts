import { judgeChartLock, readChartMetadata, parseKubernetesYaml } from '#domain';
import { silentLog, type Json } from '#kernel';
import { createRenderer } from '#render';
import { aSourceTree } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { chartRequest, environmentOfHelm, fixtureCharts, helmContract } from './helm.contract.js';

const { findTool }: { findTool: (program: string) => string | undefined } = await import(resolve(import.meta.dirname, '../../../scripts/tools.mjs'));
const programs = ['helm', 'helm3'].map((name) => findTool(name));
const [helm4, helm3] = programs;
if (helm4 === undefined || helm3 === undefined) throw new Error('helm is missing: npm run tools -- helm');

helmContract('helm 4', helm4);
helmContract('helm 3', helm3);

describe('helm 3 and helm 4', () => {
  it('make the same objects of the same chart', async () => {
    const work = mkdtempSync(join(tmpdir(), 'capstan-helm-spec-'));
    try {
      const tree = aSourceTree(await fixtureCharts());
      const digests = await Promise.all(
        [helm3, helm4].map(async (helm, index) => {
          const renderer = createRenderer({ kustomize: undefined, helm: () => Promise.resolve(helm), workDirectory: join(work, String(index)) }, silentLog);
          const request = chartRequest({ path: 'charts/shop', parameters: { tags: { observability: true } }, helm: { valuesFiles: ['../env/prod.yaml'] } });
          const result = await renderer.render(tree, request, new AbortController().signal);
          return result.ok ? result.value.digest : JSON.stringify(result.error);
        }),
      );
      expect(digests[0]).toMatch(/^sha256:/);
      expect(digests[1]).toBe(digests[0]);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });

  it('find nothing of this machine in their environment', async () => {
    const work = mkdtempSync(join(tmpdir(), 'capstan-helm-spec-'));
    try {
      expect(await environmentOfHelm(work)).toEqual(
        ['GOMAXPROCS', 'GOMEMLIMIT', 'GOTRACEBACK', 'HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME', 'HELM_NO_PLUGINS', 'HELM_PLUGINS', 'HOME', 'KUBECONFIG', 'TMPDIR', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME'],
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });

  it.each([['helm 4', helm4], ['helm 3', helm3]])('%s writes locks that are judged in sync, and out of date after a change of the chart', (_name, helm) => {
    const work = mkdtempSync(join(tmpdir(), 'capstan-helm-spec-'));
    try {
      const put = (file: string, text: string): void => {
        mkdirSync(dirname(join(work, file)), { recursive: true });
        writeFileSync(join(work, file), text);
      };
      put('lib/Chart.yaml', 'apiVersion: v2\nname: lib\nversion: 1.2.3\n');
      const chart = 'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: lib, version: ">=1.0.0 <2.0.0", repository: "file://../lib", alias: a, condition: a.on, tags: [x, y], import-values: [{parent: p, child: c}, data]}\n';
      put('web/Chart.yaml', chart);
      execFileSync(helm, ['dependency', 'update', join(work, 'web')], { stdio: 'pipe', env: { HOME: work, HELM_NO_PLUGINS: '1' } });
      const lock = document(readFileSync(join(work, 'web/Chart.lock'), 'utf8'));
      expect(judge(chart, lock)).toBe('IN_SYNC');
      for (const changed of [chart.replace('<2.0.0', '<3.0.0'), chart.replace('a.on', 'a.off'), chart.replace('[x, y]', '[y, x]'), chart.replace('child: c', 'child: d')]) expect(judge(changed, lock)).toBe('OUT_OF_DATE');
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
});

function document(text: string): Json {
  const parsed = parseKubernetesYaml(text, 'lock');
  return (parsed.ok ? parsed.value[0]?.value : undefined) ?? null;
}

function judge(chart: string, lock: Json): string {
  const metadata = readChartMetadata(document(chart), undefined);
  return metadata === undefined ? 'no chart' : judgeChartLock(metadata, lock);
}
