import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { err, silentLog } from '#kernel';
import { computeSourceDigest, type SourceTree } from '#domain';
import { IsomorphicGit, SystemGit, type GitPort } from '#git';
import { createRenderer, type Renderer } from '#render';
import { systemTimers } from '#runtime';
import { aGitRepository, GitServer } from '#testing';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refusedCases, TAKEN_CASES, type HostileCase } from './hostile-cases.js';
import { directory, file, writeTree, type HostileEntry } from './hostile-tree.js';
import { looseObjects } from './raw-objects.js';
import { Sentinel } from './sentinel.js';

jest.setTimeout(120_000);

const NO_CHART = { valuesFiles: [], releaseName: 'web', skipHooks: false, capabilities: () => Promise.resolve(err({ message: 'not asked' })) };

const ROOT = join(import.meta.dirname, '..', '..', '..');
const { findTool }: { findTool: (program: string) => string | undefined } = await import(join(ROOT, 'scripts/tools.mjs'));
const signal = new AbortController().signal;
const CONFIG_MAP = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;

/** `path` is as it is shown to people. */
type Verdict = { readonly kind: 'TAKEN' } | { readonly kind: string; readonly path: string };
const TAKEN: Verdict = { kind: 'TAKEN' };

/** Each in a directory of its own, so that every other one lies outside of its watch set. */
const pathOf = (index: number, part: 'app' | 'overlay'): string => `cases/${String(index).padStart(3, '0')}/${part}`;

/** `overlay` names a kustomization in `app` whose one resource is the first hostile entry, where YAML can write its name. */
function treeOf(cases: readonly HostileCase[]): readonly HostileEntry[] {
  const each = cases.map(({ entries }, index) =>
    directory(
      String(index).padStart(3, '0'),
      directory('app', file('good.yaml', CONFIG_MAP('good')), ...entries),
      directory('overlay', file('kustomization.yaml', 'resources: [../kustomized]\n')),
      directory('kustomized', file('good.yaml', CONFIG_MAP('good')), file('kustomization.yaml', `resources: [good.yaml${nameable(entries[0])}]\n`), ...entries),
    ),
  );
  return [directory('.GIT', file('config')), file('..', 'x'), directory('cases', ...each), directory('shared', file('shared.yaml', CONFIG_MAP('shared')))];
}

function nameable(entry: HostileEntry | undefined): string {
  if (entry === undefined || typeof entry.name !== 'string' || !entry.name.endsWith('.yaml') || entry.name.includes('"')) return '';
  return typeof entry.node === 'object' && 'entries' in entry.node ? '' : `, ${JSON.stringify(entry.name)}`;
}

describe.each(['system', 'isomorphic'] as const)('hostile trees, read by the hub with %s git and by the agent with the other', (hubAdapter) => {
  let sentinel: Sentinel;
  let server: GitServer;
  let work: string;
  let gits: readonly GitPort[] = [];
  let cases: readonly HostileCase[];
  let hubTree: SourceTree;
  let agentTree: SourceTree;
  let renderer: Renderer;

  beforeAll(async () => {
    sentinel = await Sentinel.place('canary-sentinel-4e1d');
    cases = [...refusedCases(sentinel.path), ...TAKEN_CASES];
    server = await GitServer.start();
    const repository = await aGitRepository(server, 'hostile', { allowFilter: false }); // all at once: how content comes is not what is asked here
    const commit = await repository.commitTree(await writeTree(looseObjects(repository.directory), treeOf(cases)));
    work = await mkdtemp(join(tmpdir(), 'capstan-hostile-'));
    const options = { timers: systemTimers, lookUpTimeoutMs: 5_000, fetchTimeoutMs: 30_000 };
    const [system, isomorphic] = [new SystemGit({ ...options, cacheDirectory: join(work, 'system') }), new IsomorphicGit({ ...options, cacheDirectory: join(work, 'isomorphic') })];
    gits = [system, isomorphic];
    const [hub, agent] = hubAdapter === 'system' ? [system, isomorphic] : [isomorphic, system];
    hubTree = await treeAt(hub.mirror({ url: repository.url }, 'hub', [{ fullRef: 'refs/heads/main', commit }], signal), commit);
    agentTree = await treeAt(agent.fetchCommit({ url: repository.url }, 'agent', { commit, ref: 'main' }, signal), commit);
    renderer = createRenderer({ kustomize: findTool('kustomize'), helm: () => Promise.resolve(undefined), workDirectory: join(work, 'render') }, silentLog);
  });
  afterAll(async () => {
    await Promise.all(gits.map((git) => git.close()));
    await server?.dispose();
    await rm(work, { recursive: true, force: true });
    await sentinel?.remove();
  });

  const hubSays = async (path: string): Promise<Verdict> => {
    const watched = await computeSourceDigest(hubTree, { path, renderer: 'AUTO', watch: [] }, signal);
    return watched.ok ? TAKEN : { kind: watched.error.code, path: watched.error.path };
  };
  const agentSays = async (path: string): Promise<Verdict> => {
    const rendered = await renderer.render(agentTree, { path, renderer: 'AUTO', namespace: 'web', parameters: {}, helm: NO_CHART, substitute: false, reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' } }, signal);
    const said = JSON.stringify(rendered);
    expect(said).not.toContain(sentinel.canary);
    return rendered.ok ? TAKEN : { kind: rendered.error.code, path: rendered.error.file ?? rendered.error.message };
  };

  it('are sixty and more', () => expect(refusedCases('/x').length).toBeGreaterThanOrEqual(60));

  it('are refused inside of the watch set with the path named, by both alike, and ignored outside of it', async () => {
    const verdicts = [];
    const expected = [];
    for (const [index, { title, refused, isCut }] of cases.entries()) {
      const path = pathOf(index, 'app');
      const [hub, agent] = await Promise.all([hubSays(path), agentSays(path)]);
      const at = refused === undefined ? '' : refused === '' ? path : `${path}/${refused}`;
      const told = 'path' in hub && isCut === true && hub.path.startsWith(at) ? at : 'path' in hub ? hub.path : '';
      verdicts.push({ title, hub: hub.kind, told, agent });
      expected.push({ title, hub: refused === undefined ? 'TAKEN' : 'PATH_REFUSED', told: at, agent: hub });
    }
    expect(verdicts).toEqual(expected);
    expect(await sentinel.touched()).toEqual([]);
  });

  // What is read is the same for both adapters: the test before has shown it.
  if (hubAdapter === 'system') it('are judged alike where a kustomization names them, and none gets to kustomize', async () => {
    const differing = [];
    let refused = 0;
    for (const [index, { title }] of cases.entries()) {
      const [hub, agent] = await Promise.all([hubSays(pathOf(index, 'overlay')), agentSays(pathOf(index, 'overlay'))]);
      if (hub.kind === 'PATH_REFUSED') refused += 1;
      if (hub.kind !== agent.kind || ('path' in hub && 'path' in agent && hub.path !== agent.path)) differing.push({ title, hub, agent });
    }
    expect(differing).toEqual([]);
    expect(refused).toBeGreaterThanOrEqual(50);
    expect(await sentinel.touched()).toEqual([]);
  });

  it('leave nothing behind: no name of theirs is a file of this machine', async () => {
    const kept = (await readdir(work, { recursive: true })).filter((path) => /\.yaml$|evil|good/.test(path));
    expect(kept).toEqual([]);
    expect(await sentinel.touched()).toEqual([]);
  });
});

async function treeAt(objects: ReturnType<GitPort['mirror']>, commit: string): Promise<SourceTree> {
  const found = await objects;
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  const tree = await found.value.tree(commit, signal);
  if (!tree.ok) throw new Error(JSON.stringify(tree.error));
  return tree.value;
}
