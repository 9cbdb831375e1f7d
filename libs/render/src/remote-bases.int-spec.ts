import type { BaseSource } from '#domain';
import { err, silentLog, type Result } from '#kernel';
import { systemMonotonic, systemTimers } from '#runtime';
import { createProcessRenderer, type ProcessRenderer, type Rendered, type RenderFailure, type RenderRequest } from '#render';
import { aSourceTree, RenderProcessProgram, type SourceTreeContent } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const { findTool }: { findTool: (program: string) => string | undefined } = await import(join(resolve(import.meta.dirname, '../../..'), 'scripts/tools.mjs'));
const kustomize = findTool('kustomize');
if (kustomize === undefined) throw new Error('kustomize is missing: npm run tools');
const signal = new AbortController().signal;
const URL = 'https://git.example.com/org/platform';
const PLATFORM: BaseSource = { name: 'platform', url: `${URL}.git`, ref: 'v1.2.0', commit: 'c'.repeat(40), path: 'bases' };
const OTHER: BaseSource = { name: 'other', url: 'ssh://git@git.example.com/org/other', ref: 'main', commit: 'd'.repeat(40), path: '' };
const REQUEST: RenderRequest = {
  path: 'apps/shop', renderer: 'AUTO', namespace: 'shop', parameters: {}, substitute: false, sources: [PLATFORM, OTHER],
  helm: { valuesFiles: [], releaseName: 'shop', skipHooks: false, capabilities: () => Promise.resolve(err({ message: 'not asked' })) },
  reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' },
};
const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;

/** As the agent puts the trees together: those of further sources stand under `$name`, from the path of the source. */
const TREES: Readonly<Record<string, SourceTreeContent>> = {
  'secret.yaml': configMap('secret'),
  '$platform/web/kustomization.yaml': 'resources: [web.yaml, ../common]\n',
  '$platform/web/web.yaml': configMap('web'),
  '$platform/common/kustomization.yaml': 'resources: [common.yaml, "git@git.example.com:org/other//extra"]\n',
  '$platform/common/common.yaml': configMap('common'),
  '$platform/thief/kustomization.yaml': 'resources: [../../secret.yaml]\n',
  '$other/extra/kustomization.yaml': 'resources: [extra.yaml]\n',
  '$other/extra/extra.yaml': configMap('extra'),
  '$other/labels/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{ pairs: { team: shop } }]\n',
};

describe('remote bases', () => {
  let work: string;
  let program: RenderProcessProgram;
  let renderer: ProcessRenderer;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'capstan-remote-bases-'));
    program = await RenderProcessProgram.build();
    renderer = await createProcessRenderer(
      { node: process.execPath, entry: program.entry, programs: { kustomize: () => Promise.resolve(kustomize), helm: () => Promise.resolve(undefined) }, workDirectory: work },
      { timers: systemTimers, monotonic: systemMonotonic, log: silentLog }, signal,
    );
  });
  afterAll(async () => {
    await program.remove();
    await rm(work, { recursive: true, force: true });
  });

  const render = (kustomization: string, request: Partial<RenderRequest> = {}): Promise<Result<Rendered, RenderFailure>> =>
    renderer.render(aSourceTree({ ...TREES, 'apps/shop/kustomization.yaml': kustomization, 'apps/shop/own.yaml': configMap('own') }), { ...REQUEST, ...request }, signal);
  const names = async (kustomization: string, request: Partial<RenderRequest> = {}): Promise<readonly string[]> => {
    const result = await render(kustomization, request);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    return result.value.objects.map(({ metadata }) => metadata.name).toSorted();
  };

  it.each<[string, string, readonly string[]]>([
    ['with what they name in turn, in their repository and in others', `namePrefix: eu-\nresources: [own.yaml, "${URL}//bases/web?ref=v1.2.0"]\n`, ['eu-common', 'eu-extra', 'eu-own', 'eu-web']],
    ['from the older field', `bases: ["${URL}.git//bases/web?ref=v1.2.0"]\n`, ['common', 'extra', 'web']],
    ['as components', 'resources: [own.yaml]\ncomponents: ["ssh://git@git.example.com/org/other//labels"]\n', ['own']],
  ])('are built from the sources of the application, %s', async (_title, kustomization, expected) => {
    expect(await names(kustomization)).toEqual(expected);
  });

  const web = `resources: ["${URL}//bases/web?ref=v1.2.0"]\n`;
  const refused = (...words: readonly string[]): Partial<RenderFailure> => ({ code: 'REMOTE_REFERENCE_REFUSED', message: expect.stringMatching(new RegExp(words.join('.*'))) as unknown as string });
  it.each<[string, string, Partial<RenderRequest>, Partial<RenderFailure>]>([
    ['in no source', web, { sources: [OTHER] }, refused('apps/shop/kustomization.yaml: resources\\[0\\] names https://git.example.com/org/platform//bases/web, which is in no source', 'register its repository', 'among the sources')],
    ['in no source, named by another base', web, { sources: [PLATFORM] }, refused('platform/common/kustomization.yaml: resources\\[1\\] names git@git.example.com:org/other//extra, which is in no source')],
    ['at another ref', `resources: ["${URL}//bases/web?ref=v2"]\n`, {}, refused('at "v2", and the source platform has "v1.2.0"')],
    ['outside of the path of the source', `resources: ["${URL}//apps/web"]\n`, {}, refused('is not in bases, the path of the source platform')],
    ['in a source for values', web, { sources: [{ ...PLATFORM, url: '' }] }, refused('in no source')],
    ['as a patch', `resources: [own.yaml]\npatches: [{ path: "${URL}//bases/web/web.yaml" }]\n`, {}, refused('only resources, bases and components')],
    ['as one file, which kustomize takes from its own tree alone', 'resources: ["ssh://git@git.example.com/org/other//extra/extra.yaml?ref=main"]\n', {}, { code: 'KUSTOMIZE_FAILED' }],
    ['as a plain file of the web', 'resources: ["https://git.example.com/raw/web.yaml"]\n', {}, refused('in no source')],
    ['with a password', 'resources: ["https://me:hunter2@git.example.com/org/platform//bases/web"]\n', {}, refused('names https://git.example.com/org/platform//bases/web, which no source can have')],
    ['that steps out of its source', `resources: ["${URL}//bases/thief"]\n`, {}, { code: 'PATH_REFUSED', message: expect.stringContaining('$platform/thief/kustomization.yaml: resources[0] leaves the repository') as unknown as string }],
    ['by the path of a source', 'resources: [../../$platform/web]\n', {}, { code: 'PATH_REFUSED', message: expect.stringContaining('leaves the repository') as unknown as string }],
  ])('are refused %s', async (_title, kustomization, request, expected) => {
    const result = await render(kustomization, request);
    expect(result).toMatchObject({ ok: false, error: { ...expected, retryable: false } });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});
