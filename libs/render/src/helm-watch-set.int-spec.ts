import { computeSourceDigest, type WatchedSource } from '#domain';
import { silentLog } from '#kernel';
import { createRenderer, type Renderer } from '#render';
import { aSourceTree } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chartRequest } from './helm.contract.js';

const { findTool }: { findTool: (program: string) => string | undefined } = await import(resolve(import.meta.dirname, '../../../scripts/tools.mjs'));
const helm = findTool('helm') ?? findTool('helm3');
if (helm === undefined) throw new Error('helm is missing: npm run tools -- helm');

/** Charts c0..c3, of which each may name later ones by file://, values files, and files elsewhere; contents from a small alphabet, so that they meet. */
interface Model {
  readonly charts: readonly { readonly text: string; readonly value: string; readonly names: readonly number[]; readonly vendored: string | undefined }[];
  readonly files: readonly string[];
  readonly outside: string;
}
const SIZE = 4;
const content = fc.constantFrom('1', '2', '3');
const model: fc.Arbitrary<Model> = fc.record({
  charts: fc.array(fc.record({ text: content, value: content, names: fc.uniqueArray(fc.integer({ min: 1, max: SIZE - 1 }), { maxLength: 2 }), vendored: fc.option(content, { nil: undefined, freq: 3 }) }), { minLength: SIZE, maxLength: SIZE }),
  files: fc.array(content, { minLength: 3, maxLength: 3 }),
  outside: content,
});

const chartFile = (name: string, names: readonly number[]): string =>
  JSON.stringify({ apiVersion: 'v2', name, version: '1.0.0', dependencies: names.map((n) => ({ name: `c${n}`, version: '1.x', repository: `file://../c${n}` })) });
const template = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "${name}-{{ randAlphaNum 0 }}{{ .Release.Name }}"}\ndata: {v: {{ .Values.v | quote }}, g: {{ .Values.global | toJson | quote }}}\n`;

function filesOf({ charts, files, outside }: Model): Record<string, string> {
  const all: Record<string, string> = { 'outside.yaml': outside, 'env/two.yaml': `v: "${files[2]}"` };
  for (const [n, file] of files.entries()) all[`env/${n}.yaml`] = `global: {g${n}: "${file}"}\n`;
  for (const [n, { text, value, names, vendored }] of charts.entries()) {
    const later = names.filter((one) => one > n);
    all[`c${n}/Chart.yaml`] = chartFile(`c${n}`, later);
    all[`c${n}/values.yaml`] = `v: "${value}"\n`;
    all[`c${n}/templates/a.yaml`] = `# ${text}\n${template(`c${n}-t${text}`)}`;
    const [first] = later;
    if (vendored === undefined || first === undefined) continue;
    all[`c${n}/charts/c${first}/Chart.yaml`] = chartFile(`c${first}`, []);
    all[`c${n}/charts/c${first}/templates/a.yaml`] = template(`vendored-${vendored}-in-c${n}`);
  }
  return all;
}

describe('what helm renders and the source digest', () => {
  let work: string;
  let renderer: Renderer;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'capstan-helm-spec-'));
    renderer = createRenderer({ kustomize: undefined, helm: () => Promise.resolve(helm), workDirectory: work }, silentLog);
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  const source: WatchedSource = { path: 'c0', renderer: 'HELM', watch: [], helm: { valuesFiles: ['../env/0.yaml', '../env/1.yaml'], releaseName: '', skipHooks: false } };

  async function look(one: Model): Promise<{ readonly rendered: string; readonly digest: string }> {
    const tree = aSourceTree(filesOf(one));
    const result = await renderer.render(tree, chartRequest({ path: 'c0', helm: { valuesFiles: source.helm?.valuesFiles ?? [] } }), new AbortController().signal);
    const watched = await computeSourceDigest(tree, source, AbortSignal.timeout(10_000));
    // The same chart may come by two ways, which is one object twice: a failure, and like any other a function of what is watched.
    return { rendered: result.ok ? result.value.digest : result.error.message, digest: watched.ok ? watched.value.digest : JSON.stringify(watched.error) };
  }

  it('differ together: two commits that render differently have different digests', async () => {
    let rendered = 0;
    const edit = fc.record({ at: fc.nat({ max: SIZE - 1 }), what: fc.constantFrom('text' as const, 'value' as const, 'vendored' as const, 'file' as const, 'outside' as const), to: content });
    await fc.assert(
      fc.asyncProperty(model, edit, async (before, { at, what, to }) => {
        const after: Model =
          what === 'outside' ? { ...before, outside: to }
          : what === 'file' ? { ...before, files: before.files.map((file, n) => (n === at ? to : file)) }
          : { ...before, charts: before.charts.map((chart, n) => (n === at ? { ...chart, [what]: to } : chart)) };
        const [one, other] = [await look(before), await look(after)];
        if (/^sha256:/.test(one.rendered)) rendered += 1;
        if (one.rendered !== other.rendered) expect(other.digest).not.toBe(one.digest);
        if (what === 'outside') expect(other.digest).toBe(one.digest);
      }),
      { numRuns: 20 },
    );
    expect(rendered).toBeGreaterThan(0); // else the property says nothing
  }, 60_000);

  it.each<[string, (charts: Model['charts']) => Model['charts']]>([
    ['a chart that a named chart names', (charts) => charts.map((chart, n) => (n === 2 ? { ...chart, text: '2' } : chart))],
    ['the values of a named chart', (charts) => charts.map((chart, n) => (n === 1 ? { ...chart, value: '2' } : chart))],
    ['a vendored chart', (charts) => charts.map((chart, n) => (n === 0 ? { ...chart, vendored: '1' } : chart))],
  ])('differ together: %s', async (_name, change) => {
    const before: Model = { charts: [[1], [2], [], []].map((names) => ({ text: '1', value: '1', names, vendored: undefined })), files: ['1', '1', '1'], outside: '1' };
    const [one, other] = [await look(before), await look({ ...before, charts: change(before.charts) })];
    expect([one.rendered, other.rendered]).toEqual([expect.stringMatching(/^sha256:/), expect.stringMatching(/^sha256:/)]);
    expect(other.rendered).not.toBe(one.rendered);
    expect(other.digest).not.toBe(one.digest);
  });
});
